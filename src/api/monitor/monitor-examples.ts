/** What the routes of the monitor itself answer, for the API's description. */

export const CONSUMER_STATS_EXAMPLE = {
  running: true,
  message_count: 86400,
  error_count: 3,
  error_rate: 3 / 86400,
  last_message_time: '2026-01-31T08:00:30.281Z',
  uptime_seconds: 7200.5,
  instance_id: 'health-monitor-1',
  paused: false,
  received: 86391,
  journaled: 43170,
  deduplicated: 43221,
  shed: 0,
  read: 86402,
  stored: 86390,
  duplicate: 7,
  dead_lettered: 3,
  in_flight: 2,
  journal_lag: 0,
  journal_pending: 1,
  rate_per_second: 12,
};

export const POOL_EXAMPLE = {
  pool_size: 15,
  checked_out: 2,
  checked_in: 4,
  overflow: 0,
  waiting: 0,
  utilization: 2 / 15,
};

export const CONTROL_EXAMPLE = {
  instance_id: 'health-monitor-1',
  paused: true,
  instance_paused: false,
  group_paused: true,
  concurrency: 8,
};

export const RELEASE_EXAMPLE = { released: true, transitions: 12 };
