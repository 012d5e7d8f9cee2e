/** What the routes of the history answer, for the API's description. */

const MESSAGE_ID = '0c6ad70a-4b8e-4f6a-9d2e-1f0a3b5c7d9e';
const EARLIER_ID = '7be1f0a2-93c4-4c58-8a61-5d2f4e6b8c0a';

export const MESSAGES_EXAMPLE = {
  items: [
    {
      message_id: MESSAGE_ID,
      instance_id: 'checkout-7d9f-1',
      status: 'unhealthy',
      occurred_at: '2026-01-31T08:00:00.250Z',
      received_at: '2026-01-31T08:00:00.262Z',
      response_time_ms: 1830.5,
      message: 'database pool exhausted',
      payload: {
        service_name: 'checkout',
        instance_id: 'checkout-7d9f-1',
        status: 'unhealthy',
        timestamp: '2026-01-31T08:00:00.250Z',
        message_id: MESSAGE_ID,
        response_time_ms: 1830.5,
        message: 'database pool exhausted',
      },
    },
  ],
  next_cursor: null,
};

export const TRANSITIONS_EXAMPLE = {
  items: [
    {
      instance_id: 'checkout-7d9f-1',
      from_status: 'healthy',
      to_status: 'unhealthy',
      occurred_at: '2026-01-31T08:00:00.250Z',
      reason: 'event',
      message_id: MESSAGE_ID,
    },
    {
      instance_id: 'checkout-7d9f-1',
      from_status: null,
      to_status: 'healthy',
      occurred_at: '2026-01-31T07:12:04.000Z',
      reason: 'first_event',
      message_id: EARLIER_ID,
    },
  ],
  next_cursor: null,
};

export const STATUS_CHANGES_EXAMPLE = {
  items: [
    {
      from_status: 'healthy',
      to_status: 'unhealthy',
      changed_at: '2026-01-31T08:00:00.281Z',
      reason: 'event',
      instance_id: 'checkout-7d9f-1',
      message_id: MESSAGE_ID,
    },
    {
      from_status: null,
      to_status: 'healthy',
      changed_at: '2026-01-31T07:12:04.031Z',
      reason: 'first_event',
      instance_id: 'checkout-7d9f-1',
      message_id: EARLIER_ID,
    },
  ],
  next_cursor: null,
};

export const BUCKETS_EXAMPLE = {
  bucket: '1h',
  items: [
    {
      bucket_start: '2026-01-31T08:00:00.000Z',
      total: 121,
      counts: { healthy: 118, degraded: 0, unhealthy: 3, unknown: 0, left: 0 },
      response_time_ms_min: 8.1,
      response_time_ms_avg: 14.75,
      response_time_ms_max: 1830.5,
    },
  ],
  next_cursor: null,
};
