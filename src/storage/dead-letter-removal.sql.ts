import { millis } from './time-columns.js';

/** What a letter takes besides its bytes: the other columns and its entries in the indexes. */
const LETTER_BYTES = 400;

const BYTES = `pg_column_size(d.raw) + ${String(LETTER_BYTES)}`;

/** False where another instance is at it; until the end of the transaction, one lock per schema. */
export const TRY_LOCK = {
  name: 'try_lock_dead_letter_removal',
  text: `
    SELECT pg_try_advisory_xact_lock(
             hashtextextended('health-monitor dead letters ' || current_schema(), 0)) AS is_locked`,
};

/** What was removed, in figures. */
const SUMMARY = `
    SELECT count(*)::integer AS letters, coalesce(sum(bytes), 0)::float8 AS bytes,
           count(*) FILTER (WHERE NOT is_replayed)::integer AS not_replayed,
           ${millis('min(received_at)')} AS from_ms, ${millis('max(received_at)')} AS to_ms
      FROM removed`;

/** Those that somebody is replaying are left for the next time. */
const OLDEST = `
      SELECT d.id, d.received_at, d.replayed_at IS NOT NULL AS is_replayed, ${BYTES} AS bytes
        FROM health_dead_letters d`;

/** At most $2 letters received more than $1 days ago. Index: health_dead_letters (received_at, id). */
export const REMOVE_EXPIRED = {
  name: 'remove_expired_dead_letters',
  text: `
    WITH oldest AS (${OLDEST}
       WHERE d.received_at < now() - make_interval(days => $1::integer)
       ORDER BY d.received_at, d.id LIMIT $2
         FOR UPDATE SKIP LOCKED),
    removed AS (
      DELETE FROM health_dead_letters d USING oldest WHERE d.id = oldest.id RETURNING oldest.*)
    ${SUMMARY}`,
};

/** At most $2 letters, the oldest, until $1 bytes are free. Index: as above. */
export const REMOVE_OLDEST = {
  name: 'remove_oldest_dead_letters',
  text: `
    WITH oldest AS (${OLDEST}
       ORDER BY d.received_at, d.id LIMIT $2
         FOR UPDATE SKIP LOCKED),
    counted AS (
      SELECT o.*, sum(o.bytes) OVER (ORDER BY o.received_at, o.id) - o.bytes AS bytes_before
        FROM oldest o),
    removed AS (
      DELETE FROM health_dead_letters d USING counted
       WHERE d.id = counted.id AND counted.bytes_before < $1::float8
      RETURNING counted.*)
    ${SUMMARY}`,
};

/** On the disk, what is free for later letters included. Looks at no row. */
export const READ_DISK_BYTES = `
    SELECT pg_total_relation_size('health_dead_letters')::float8 AS bytes`;

/** Of the letters with a number above $1, and the highest number. Index: the primary key; for all, every row is read. */
export const MEASURE = {
  name: 'measure_dead_letters',
  text: `
    SELECT coalesce(sum(${BYTES}), 0)::float8 AS bytes, max(d.id)::text AS newest_id
      FROM health_dead_letters d WHERE d.id > $1::bigint`,
};

/** Of the newest $1 letters. Index: health_dead_letters (received_at, id). */
export const COUNT_NEWEST = `
    SELECT count(*)::integer AS kept,
           count(*) FILTER (WHERE newest.replayed_at IS NULL)::integer AS not_replayed
      FROM (SELECT d.replayed_at FROM health_dead_letters d
             ORDER BY d.received_at DESC, d.id DESC LIMIT $1) AS newest`;
