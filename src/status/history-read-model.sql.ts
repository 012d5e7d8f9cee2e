import { inRange, micros } from '../storage/time-columns.js';

/** Statements that read the two histories. Moments arrive as milliseconds, cursors as microseconds, since 1970. */

const NEWEST_FIRST = `occurred_at DESC, received_at DESC, message_id DESC, instance_id DESC`;

/**
 * A service's transitions, newest first, after the place ($5, $6, $7, $8). Index: the primary key by
 * service and time; for one instance ($4) health_transitions (service_name, instance_id, occurred_at).
 */
const PAGE = `
      SELECT t.*
        FROM health_transitions t
       WHERE t.service_name = $1
         AND ${inRange('t.occurred_at', '$2', '$3')}
         AND ($4::text IS NULL OR t.instance_id = $4)
         AND ($5::float8 IS NULL OR t.occurred_at <= to_timestamp($5 / 1e6))
         AND ($5::float8 IS NULL
              OR (t.occurred_at, t.received_at, t.message_id, t.instance_id)
                 < (to_timestamp($5 / 1e6), to_timestamp($6 / 1e6), $7::uuid, $8 COLLATE "C"))
       ORDER BY ${NEWEST_FIRST}
       LIMIT $9`;

const COLUMNS = `instance_id, from_status, to_status, ${micros('occurred_at')} AS occurred_at,
           ${micros('received_at')} AS received_at, reason, message_id`;

export const READ_TRANSITIONS = `
    WITH page AS (${PAGE})
    SELECT ${COLUMNS} FROM page
     ORDER BY page.occurred_at DESC, page.received_at DESC, page.message_id DESC`;

/**
 * The same of all instances; and each instance's newest transition ahead of the page, and the
 * deletions, of one moment. Names of instances are found one after the other, each by one probe.
 * Index: health_transitions (service_name, instance_id, occurred_at).
 */
export const READ_TIMELINE = `
    WITH RECURSIVE page AS MATERIALIZED (${PAGE}),
    oldest AS (
      SELECT * FROM page ORDER BY occurred_at, received_at, message_id, instance_id LIMIT 1),
    instance (id) AS (
      (SELECT t.instance_id FROM health_transitions t
        WHERE t.service_name = $1 ORDER BY t.instance_id LIMIT 1)
      UNION ALL
      SELECT (SELECT t.instance_id FROM health_transitions t
               WHERE t.service_name = $1 AND t.instance_id > instance.id
               ORDER BY t.instance_id LIMIT 1)
        FROM instance WHERE instance.id IS NOT NULL),
    ahead AS (
      SELECT newest.*
        FROM oldest CROSS JOIN instance
       CROSS JOIN LATERAL (
         SELECT t.*
           FROM health_transitions t
          WHERE t.service_name = $1 AND t.instance_id = instance.id
            AND t.occurred_at <= oldest.occurred_at
            AND (t.occurred_at, t.received_at, t.message_id, t.instance_id)
                < (oldest.occurred_at, oldest.received_at, oldest.message_id, oldest.instance_id)
          ORDER BY t.occurred_at DESC, t.received_at DESC, t.message_id DESC LIMIT 1) AS newest
       WHERE instance.id IS NOT NULL)
    SELECT 'change' AS kind, ${COLUMNS} FROM page
    UNION ALL
    SELECT 'ahead', ${COLUMNS} FROM ahead
    UNION ALL
    SELECT 'deletion', d.instance_id, null, null, ${micros('d.deleted_at')},
           ${micros('d.received_through')}, null, null
      FROM service_deletions d WHERE d.service_name = $1`;

/** Index: health_status_changes (service_name, changed_at, id), in its order. */
export const READ_STATUS_CHANGES = `
    SELECT c.id::text AS id, ${micros('c.changed_at')} AS changed_at, c.from_status, c.to_status,
           c.reason, c.instance_id, c.message_id
      FROM health_status_changes c
     WHERE c.service_name = $1
       AND ${inRange('c.changed_at', '$2', '$3')}
       AND ($4::float8 IS NULL OR (c.changed_at, c.id) < (to_timestamp($4 / 1e6), $5::bigint))
     ORDER BY c.changed_at DESC, c.id DESC
     LIMIT $6`;

/** Whether anything is or was known under a name. Index: one that begins with service_name, each. */
export const IS_KNOWN = `
    SELECT EXISTS (SELECT FROM service_status WHERE service_name = $1)
        OR EXISTS (SELECT FROM health_status_changes WHERE service_name = $1)
        OR EXISTS (SELECT FROM health_messages WHERE service_name = $1) AS known`;
