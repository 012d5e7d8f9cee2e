/** What the route of gaps answers, for the API's description. */
export const GAPS_EXAMPLE = {
  items: [
    { from: '2026-01-31T08:00:30.262Z', to: null, cause: 'consumer_paused', lost_count: null },
    {
      from: '2026-01-30T22:17:41.004Z',
      to: '2026-01-30T22:17:43.381Z',
      cause: 'ingest_overload',
      lost_count: 1204,
    },
  ],
  next_cursor: null,
};
