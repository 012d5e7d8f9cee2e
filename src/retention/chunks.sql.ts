import { millis } from '../storage/time-columns.js';

/** Statements about chunks of a hypertable ($1) in the schema of this application. */

/** False where another instance is at it; until the end of the transaction, one lock per schema. */
export const TRY_LOCK = {
  name: 'try_lock_retention',
  text: `
    SELECT pg_try_advisory_xact_lock(
             hashtextextended('health-monitor retention ' || current_schema(), 0)) AS is_locked`,
};

/** Of this transaction: whoever needs what it waits for must not queue behind it for long. */
export const LIMIT_LOCK_WAIT = {
  name: 'limit_lock_wait',
  text: `SELECT set_config('lock_timeout', $1, true)`,
};

/**
 * Chunks that hold only what occurred more than $2 days ago, oldest first. The bounds are given back as text,
 * to the last digit.
 */
export const READ_OLD_CHUNKS = {
  name: 'read_old_chunks',
  text: `
    SELECT format('%I.%I', c.chunk_schema, c.chunk_name) AS name,
           c.range_start::text AS from_text, c.range_end::text AS to_text,
           ${millis('c.range_start')} AS from_ms, ${millis('c.range_end')} AS to_ms
      FROM timescaledb_information.chunks c
     WHERE c.hypertable_schema = current_schema() AND c.hypertable_name = $1
       AND c.range_end <= now() - make_interval(days => $2::integer)
     ORDER BY c.range_start`,
};

/** All of a hypertable ($1) between the bounds of one chunk. */
export const dropChunk = (schema: string): { readonly name: string; readonly text: string } => ({
  name: 'drop_chunk',
  text: `
    SELECT ${schema}.drop_chunks($1::regclass, older_than => $3::timestamptz, newer_than => $2::timestamptz)`,
});

/** From now on events before the moment $1 may be gone. Never back. Index: the primary key. */
export const RECORD_DROP = {
  name: 'record_drop',
  text: `
    INSERT INTO health_retention AS r (messages_from) VALUES ($1::timestamptz)
    ON CONFLICT (is_only) DO UPDATE SET messages_from = greatest(r.messages_from, excluded.messages_from)`,
};
