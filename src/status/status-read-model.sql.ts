import { millis } from '../storage/time-columns.js';
import { SEVERITY } from './aggregation.js';

/**
 * Statements that only read the status tables. Times leave as milliseconds since 1970, counts as
 * numbers: both are cheaper to decode than their text, and exact far beyond what occurs.
 */

const SERVICE_COLUMNS = `
           s.service_name, s.current_status, ${millis('s.status_since')} AS status_since,
           ${millis('s.last_seen')} AS last_seen,
           ${millis('s.last_occurred_at')} AS last_occurred_at, ${millis('s.due_at')} AS due_at,
           s.message_count::float8 AS message_count, s.instance_count, s.response_time_ms, s.message`;

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

/** 0 for the worst status. Compared as constants: a third of the time of array_position. */
const severity = (status: string): string =>
  `CASE ${status} ${SEVERITY.map((word, rank) => `WHEN '${word}' THEN ${String(rank)}`).join(' ')} END`;

/**
 * Worst first, then by name, after the place ($1, $2); and how many services there are of each
 * status. One statement, so that page and counts are of one moment. The one row without a service is
 * the answer of an empty page. Columns are computed for the page alone. No index: all rows are read
 * anyway.
 */
export const READ_DASHBOARD = `
    WITH ranked AS (
      SELECT s.*, ${severity('s.current_status')} AS severity FROM service_status s),
    page AS (
      SELECT *
        FROM ranked
       WHERE $1::text IS NULL OR (severity, service_name) > (${severity('$1')}, $2 COLLATE "C")
       ORDER BY severity, service_name
       LIMIT $3),
    counted AS (
      SELECT current_status, count(*) AS services FROM service_status GROUP BY current_status),
    summary AS (
      SELECT coalesce(json_object_agg(current_status, services), '{}')::text AS counts FROM counted)
    SELECT ${SERVICE_COLUMNS}, summary.counts
      FROM summary
      LEFT JOIN page s ON true
     ORDER BY s.severity, s.service_name`;

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
