/** What each setting means, for the API's description; in the request as in the answer. */
export const SETTING_TEXTS = {
  failure_threshold: 'Worse events in a row until the status follows them; by default 1.',
  success_threshold: 'Better events in a row until the status follows them; by default 1.',
  ttl_seconds:
    'When the next event is due, of instances whose newest event has no `ttl_seconds` of its own; ' +
    '0: never; by default HEALTH_DEFAULT_TTL_SECONDS.',
  grace_seconds:
    'Extra wait after that, of all instances; by default HEALTH_GRACE_SECONDS of the monitor.',
  expected_instances: 'With fewer instances heard of, the service is degraded; by default none.',
} as const;
