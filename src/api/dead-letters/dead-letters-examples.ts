/** What the routes of dead letters answer, for the API's description. */

const ITEM = {
  id: '42',
  reason: 'missing_status',
  detail: 'status is required',
  source: 'health:events',
  journal_id: '1769846430262-0',
  event_index: 0,
  attempts: 1,
  received_at: '2026-01-31T08:00:30.262Z',
  created_at: '2026-01-31T08:00:30.281Z',
  replayed_at: null,
  size_bytes: 27,
  preview: '{"service_name":"checkout"}',
  is_truncated: false,
};

export const DEAD_LETTERS_EXAMPLE = { items: [ITEM], next_cursor: null };

export const DEAD_LETTER_EXAMPLE = {
  ...ITEM,
  raw_base64: 'eyJzZXJ2aWNlX25hbWUiOiJjaGVja291dCJ9',
};

const STORED = {
  id: '41',
  outcome: 'stored',
  message_id: '6a5f4e0e-8a3e-5f0b-9c1d-2f6f5f7d8c11',
  reason: null,
  detail: null,
};

export const REPLAY_EXAMPLE = { ...STORED, dry_run: false };

export const REPLAYS_EXAMPLE = {
  dry_run: true,
  stored: 1,
  duplicate: 0,
  rejected: 1,
  items: [
    STORED,
    {
      id: '42',
      outcome: 'rejected',
      message_id: null,
      reason: 'missing_status',
      detail: 'status is required',
    },
  ],
  next_cursor: null,
};
