import type { Status } from '../events/status-vocabulary.js';
import type { Millis } from '../storage/page.js';
import { millis } from '../storage/time-columns.js';

/** A service as it is now. */
export interface ServiceRecord {
  readonly service_name: string;
  readonly current_status: Status;
  readonly status_since: Millis;
  /** Reception of the newest event received. */
  readonly last_seen: Millis | null;
  readonly last_occurred_at: Millis | null;
  readonly due_at: Millis | null;
  readonly message_count: number;
  readonly instance_count: number;
  readonly response_time_ms: number | null;
  readonly message: string | null;
}

/**
 * Of `service_status s`. Times leave as milliseconds since 1970, counts as numbers: both are cheaper to
 * decode than their text, and exact far beyond what occurs.
 */
export const SERVICE_COLUMNS = `
           s.service_name, s.current_status, ${millis('s.status_since')} AS status_since,
           ${millis('s.last_seen')} AS last_seen,
           ${millis('s.last_occurred_at')} AS last_occurred_at, ${millis('s.due_at')} AS due_at,
           s.message_count::float8 AS message_count, s.instance_count, s.response_time_ms, s.message`;
