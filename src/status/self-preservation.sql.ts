import { micros } from '../storage/time-columns.js';

/** Statements of self-preservation; times in µs. */

/** The time that lasts, and when the one before it was released. No index: there are few. */
export const READ_SELF_PRESERVATION = `
    SELECT (SELECT ${micros('p.started_at')} FROM self_preservation p
             WHERE p.released_at IS NULL) AS started_at,
           (SELECT ${micros('max(p.released_at)')} FROM self_preservation p) AS released_at`;

/**
 * How many services fell silent as a whole after $2, the candidates $1 among the silent, of how many
 * that were not silent before. No index: all instances are read.
 */
export const COUNT_SILENT = `
    WITH due AS (
      SELECT s, i, d FROM json_to_recordset($1::json) AS e (s text, i text, d float8)),
    member AS (
      SELECT i.service_name, i.due_at,
             CASE WHEN i.current_status = 'stale' THEN ${micros('i.status_since')} ELSE due.d END AS since
        FROM service_instances i
        LEFT JOIN due ON due.s COLLATE "C" = i.service_name AND due.i COLLATE "C" = i.instance_id
       WHERE i.current_status <> 'left'),
    service AS (
      SELECT bool_and(since IS NOT NULL) AS is_silent, max(since) AS since,
             bool_or(due_at IS NOT NULL) AS has_deadline
        FROM member GROUP BY service_name)
    SELECT (count(*) FILTER (WHERE is_silent AND since > $2::float8))::integer AS silent,
           (count(*) FILTER (WHERE has_deadline AND NOT (is_silent AND since <= $2::float8)))::integer
             AS services
      FROM service`;

/** No row where another instance was first. Index: self_preservation_open. */
export const BEGIN = `
    INSERT INTO self_preservation (started_at) VALUES (to_timestamp($1::float8 / 1e6))
    ON CONFLICT DO NOTHING
    RETURNING id`;

/**
 * Holds what turns stale, unless it was heard since, or somebody is writing it. Index: the primary keys.
 */
export const HOLD = `
    INSERT INTO health_holds (service_name, instance_id, due_at)
    SELECT i.service_name, i.instance_id, to_timestamp(e.d / 1e6)
      FROM json_to_recordset($1::json) AS e (s text, i text, d float8, r float8)
      JOIN service_instances i
        ON i.service_name = e.s COLLATE "C" AND i.instance_id = e.i COLLATE "C"
     WHERE i.current_status NOT IN ('stale', 'left') AND i.last_seen = to_timestamp(e.r / 1e6)
     ORDER BY i.service_name, i.instance_id
       FOR UPDATE OF i SKIP LOCKED
    ON CONFLICT DO NOTHING`;

/**
 * Releases what is held, at $1 or where that is null as far as was observed. One row where something
 * was to release.
 */
export const RELEASE = `
    WITH at AS (
      SELECT coalesce(to_timestamp($1::float8 / 1e6),
                      (SELECT covered_through FROM health_observation), now()) AS at),
    released AS (
      UPDATE self_preservation p SET released_at = at.at, released_by = $2
        FROM at WHERE p.released_at IS NULL
      RETURNING p.id),
    holds AS (
      UPDATE health_holds h SET ended_at = at.at, outcome = 'released'
        FROM at WHERE h.outcome IS NULL AND EXISTS (SELECT FROM released)
      RETURNING 1)
    SELECT released.id::text AS id, (SELECT count(*) FROM holds)::integer AS holds FROM released`;
