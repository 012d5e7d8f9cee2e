import { millis } from '../storage/time-columns.js';
import { SERVICE_COLUMNS } from './service-record.js';

/** Statements that only read the status tables. */

/**
 * By name, after the name $1. No LIKE, so that nothing in $3 is a wildcard; the column is of
 * collation "C", whose lower() knows ASCII alone. Index: the primary key, in its order.
 */
export const LIST_SERVICES = `
    SELECT ${SERVICE_COLUMNS}
      FROM service_status s
     WHERE ($1::text IS NULL OR s.service_name > $1)
       AND ($2::text IS NULL OR s.current_status = $2)
       AND ($3::text IS NULL
            OR strpos(lower(s.service_name COLLATE "default"), lower($3 COLLATE "default")) > 0)
     ORDER BY s.service_name
     LIMIT $4`;

/**
 * One service, its newest event, its live instances by id and its settings, of one moment.
 * Index: the primary keys of service_status, health_messages, service_instances and service_settings.
 */
export const READ_SERVICE = `
    SELECT ${SERVICE_COLUMNS},
           (SELECT m.payload::text
              FROM health_messages m
             WHERE m.occurred_at = s.last_occurred_at
               AND m.message_id = s.newest_message_id) AS payload,
           (SELECT coalesce(json_agg(json_build_object(
                     'instance_id', i.instance_id,
                     'current_status', i.current_status,
                     'status_since', ${millis('i.status_since')},
                     'last_seen', ${millis('i.last_seen')},
                     'due_at', ${millis('i.due_at')},
                     'version', i.version,
                     'response_time_ms', i.response_time_ms,
                     'message_count', i.message_count) ORDER BY i.instance_id), '[]')::text
              FROM service_instances i
             WHERE i.service_name = s.service_name AND i.current_status <> 'left') AS instances,
           (SELECT row_to_json(w)::text
              FROM service_settings w
             WHERE w.service_name = s.service_name
             ORDER BY w.changed_at DESC LIMIT 1) AS settings
      FROM service_status s
     WHERE s.service_name = $1`;

/** Every service's status, for gauges. No index: all rows. */
export const READ_STATUSES = `SELECT service_name, current_status FROM service_status`;
