/** What the routes of services answer, for the API's description. */

export const SETTINGS_EXAMPLE = {
  failure_threshold: 3,
  success_threshold: null,
  ttl_seconds: 30,
  grace_seconds: null,
  expected_instances: 2,
} as const;

const CHECKOUT = {
  service_name: 'checkout',
  current_status: 'unhealthy',
  status_since: '2026-01-31T08:00:00.281Z',
  last_seen: '2026-01-31T08:00:30.262Z',
  last_occurred_at: '2026-01-31T08:00:30.250Z',
  due_at: '2026-01-31T08:01:45.262Z',
  message_count: 4182,
  instance_count: 2,
  response_time_ms: 1830.5,
  message: 'database pool exhausted',
} as const;

export const SERVICES_EXAMPLE = { items: [CHECKOUT], next_cursor: null };

export const SERVICE_EXAMPLE = {
  ...CHECKOUT,
  instances: [
    {
      instance_id: 'checkout-7d9f-1',
      current_status: 'unhealthy',
      status_since: '2026-01-31T08:00:00.250Z',
      last_seen: '2026-01-31T08:00:30.262Z',
      due_at: '2026-01-31T08:01:45.262Z',
      version: '2.4.1',
      response_time_ms: 1830.5,
      message_count: 2091,
    },
    {
      instance_id: 'checkout-7d9f-2',
      current_status: 'healthy',
      status_since: '2026-01-30T22:17:41.004Z',
      last_seen: '2026-01-31T08:00:28.917Z',
      due_at: '2026-01-31T08:01:43.917Z',
      version: '2.4.1',
      response_time_ms: 12.5,
      message_count: 2091,
    },
  ],
  payload: {
    service_name: 'checkout',
    instance_id: 'checkout-7d9f-1',
    status: 'unhealthy',
    timestamp: '2026-01-31T08:00:30.250Z',
    response_time_ms: 1830.5,
    message: 'database pool exhausted',
  },
  settings: SETTINGS_EXAMPLE,
} as const;

export const DASHBOARD_EXAMPLE = {
  generated_at: '2026-01-31T08:00:31.004Z',
  observing: true,
  gap: null,
  summary: { total: 1, healthy: 0, degraded: 0, unhealthy: 1, stale: 0, unknown: 0 },
  services: [CHECKOUT],
  next_cursor: null,
};
