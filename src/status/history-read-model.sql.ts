import { inRange, micros } from '../storage/time-columns.js';

/** What was said about a service. Moments arrive as milliseconds, cursors as microseconds, since 1970. */

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
