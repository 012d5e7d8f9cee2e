import { inRange, micros } from './time-columns.js';

/** Statements that read the audit log. Moments arrive as milliseconds, cursors as microseconds, since 1970. */

export const IN_RANGE = `m.service_name = $1 AND ${inRange('m.occurred_at', '$2', '$3')}`;

/**
 * One page of a service's events, newest first, after the place ($6, $7); `found` is how many the
 * page could have had, where its bytes did not end it before ($9). Index: health_messages
 * (service_name, occurred_at desc), read in its order.
 */
export const READ_MESSAGES = `
    WITH page AS MATERIALIZED (
      SELECT m.occurred_at, m.message_id, m.received_at, m.instance_id, m.status,
             m.response_time_ms, m.message, m.payload::text AS payload
        FROM health_messages m
       WHERE ${IN_RANGE}
         AND ($4::text IS NULL OR m.status = $4)
         AND ($5::text IS NULL OR m.instance_id = $5)
         AND ($6::float8 IS NULL OR m.occurred_at <= to_timestamp($6 / 1e6))
         AND ($6::float8 IS NULL
              OR (m.occurred_at, m.message_id) < (to_timestamp($6 / 1e6), $7::uuid))
       ORDER BY m.occurred_at DESC, m.message_id DESC
       LIMIT $8),
    sized AS (
      SELECT page.*, sum(octet_length(payload)) OVER (
               ORDER BY occurred_at DESC, message_id DESC
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
        FROM page)
    SELECT ${micros('occurred_at')} AS occurred_at, message_id, ${micros('received_at')} AS received_at,
           instance_id, status, response_time_ms, message, payload,
           (SELECT count(*)::integer FROM page) AS found
      FROM sized
     WHERE coalesce(bytes_before, 0) < $9
     ORDER BY sized.occurred_at DESC, message_id DESC`;

/**
 * The newest buckets of width $4 that hold events of a service, those before the bucket that begins at $5, $6 at
 * most. Each is found by the newest event before the one before it. Index: health_messages (service_name,
 * occurred_at desc).
 */
export const PAGE = `
    bucket (starts_at) AS (
      (SELECT date_bin($4::interval, m.occurred_at, 'epoch')
         FROM health_messages m
        WHERE ${IN_RANGE}
          AND ($5::float8 IS NULL OR m.occurred_at < to_timestamp($5 / 1e3))
        ORDER BY m.occurred_at DESC
        LIMIT 1)
      UNION ALL
      SELECT (SELECT date_bin($4::interval, m.occurred_at, 'epoch')
                FROM health_messages m
               WHERE ${IN_RANGE} AND m.occurred_at < bucket.starts_at
               ORDER BY m.occurred_at DESC
               LIMIT 1)
        FROM bucket
       WHERE bucket.starts_at IS NOT NULL),
    page AS (SELECT starts_at FROM bucket WHERE starts_at IS NOT NULL LIMIT $6)`;

/**
 * What a bucket tells of its events `m`.
 *
 * The average takes no response time for more than 1e140 ms: avg() adds up squares, too, and fails
 * where they pass the largest double.
 */
export const RAW_COUNTS = `count(*)::float8 AS total,
              count(*) FILTER (WHERE m.status = 'healthy')::float8 AS healthy,
              count(*) FILTER (WHERE m.status = 'degraded')::float8 AS degraded,
              count(*) FILTER (WHERE m.status = 'unhealthy')::float8 AS unhealthy,
              count(*) FILTER (WHERE m.status = 'unknown')::float8 AS unknown,
              count(*) FILTER (WHERE m.status = 'left')::float8 AS "left",
              min(m.response_time_ms) AS response_time_min,
              avg(CASE WHEN m.response_time_ms > 1e140 THEN 1e140
                       ELSE m.response_time_ms END) AS response_time_avg,
              max(m.response_time_ms) AS response_time_max`;

/**
 * A service's events counted per bucket, newest bucket first; buckets without events are passed over. Each is
 * read alone, so that a page costs what its own buckets hold, however long the range. Index: as above.
 */
export const READ_BUCKETS = `
    WITH RECURSIVE ${PAGE}
    SELECT ${micros('page.starts_at')} / 1e3 AS starts_at, counted.*
      FROM page
     CROSS JOIN LATERAL (
       SELECT ${RAW_COUNTS}
         FROM health_messages m
        WHERE ${IN_RANGE}
          AND m.occurred_at >= page.starts_at
          AND m.occurred_at < page.starts_at + $4::interval) AS counted
     ORDER BY page.starts_at DESC`;
