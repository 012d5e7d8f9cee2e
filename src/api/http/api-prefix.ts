/** Path before every route of the REST API. */
export const API_PREFIX = 'api/v1/health';
