import { micros } from '../storage/time-columns.js';
import { inLife } from './lives.sql.js';

/** Statements of the rebuild; $1 is a service, $2 an instance, times are in µs. */

/** Events of a moment or later, by effective time, which is never later than `occurred_at`. */
const KNOWN = (from: string): string => `m.occurred_at >= to_timestamp(${from}::float8 / 1e6)
       AND least(m.occurred_at, m.received_at) >= to_timestamp(${from}::float8 / 1e6)`;

/** Every service that has events or a state, after the name $1. Index: those that begin with the name. */
export const READ_SERVICE_NAMES = `
    WITH RECURSIVE heard (name) AS (
      (SELECT m.service_name FROM health_messages m ORDER BY m.service_name LIMIT 1)
      UNION ALL
      SELECT (SELECT m.service_name FROM health_messages m
               WHERE m.service_name > heard.name ORDER BY m.service_name LIMIT 1)
        FROM heard WHERE heard.name IS NOT NULL)
    SELECT name FROM heard WHERE name IS NOT NULL
     UNION SELECT s.service_name FROM service_status s
     ORDER BY name`;

/** Index: health_messages (service_name, occurred_at). */
export const READ_HEARD_INSTANCES = {
  name: 'read_heard_instances',
  text: `
    SELECT DISTINCT m.instance_id FROM health_messages m WHERE m.service_name = $1
     ORDER BY m.instance_id`,
};

/**
 * The first event of one life by effective time and by reception, among those of the moment $5 or later; null
 * where there is none.
 */
export const READ_BEGIN = {
  name: 'read_begin',
  text: `
    SELECT ${micros('min(least(m.occurred_at, m.received_at))')} AS effective_at,
           ${micros('min(m.received_at)')} AS received_at
      FROM health_messages m
     WHERE ${inLife('m')} AND ${KNOWN('$5')}`,
};

/** Events of the present life, of the moment $7 or later, behind the place ($4, $5) in order of reception, $6 at most. */
export const READ_EVENTS = {
  name: 'read_events',
  text: `
    SELECT m.message_id, m.status, ${micros('m.occurred_at')} AS occurred_at,
           ${micros('m.received_at')} AS received_at, m.ttl_seconds, m.version, m.response_time_ms,
           m.message
      FROM health_messages m
     WHERE m.service_name = $1 AND m.instance_id = $2
       AND m.received_at > to_timestamp($3::float8 / 1e6)
       AND (m.received_at, m.message_id) > (to_timestamp($4::float8 / 1e6), $5::uuid)
       AND ${KNOWN('$7')}
     ORDER BY m.received_at, m.message_id LIMIT $6`,
};

/** What the sweeper knows and events do not tell stays as it is. */
export const KEEP_SWEPT = {
  name: 'keep_swept',
  text: `
    UPDATE service_instances i SET first_seen = to_timestamp($3::float8 / 1e6), is_replacement = $4, has_successor = $5
     WHERE i.service_name = $1 AND i.instance_id = $2`,
};

/** What counted towards a change is gone from the audit log, and stays as it is. */
export const KEEP_STREAK = {
  name: 'keep_streak',
  text: `
    UPDATE service_instances i SET streak = $3 WHERE i.service_name = $1 AND i.instance_id = $2`,
};

/** True where transitions tell of events before the first one that the audit log holds of the moment $2 or later. */
export const IS_TRUNCATED = {
  name: 'is_truncated',
  text: `
    SELECT (SELECT min(t.occurred_at) FROM health_transitions t WHERE t.service_name = $1)
           < (SELECT min(least(m.occurred_at, m.received_at)) FROM health_messages m
               WHERE m.service_name = $1 AND ${KNOWN('$2')}) AS is_truncated`,
};

export const READ_BEFORE = {
  name: 'read_instances_before_rebuild',
  text: `
    SELECT i.instance_id, ${micros('i.first_seen')} AS first_seen, i.is_replacement, i.has_successor,
           i.message_count::float8 AS message_count, i.streak, ${micros('i.last_seen')} AS last_seen,
           i.last_message_id, i.ttl_seconds, ${micros('i.due_at')} AS due_at
      FROM service_instances i WHERE i.service_name = $1`,
};

/** A service whose row was lost is what was said of it last. */
export const RESTORE_SAID = {
  name: 'restore_said',
  text: `
    UPDATE service_status s SET current_status = c.to_status, status_since = c.changed_at
      FROM (SELECT h.to_status, h.changed_at FROM health_status_changes h
             WHERE h.service_name = $1 ORDER BY h.id DESC LIMIT 1) AS c
     WHERE s.service_name = $1 AND s.last_seen IS NULL`,
};

/**
 * Count and newest event of a service since it was deleted last, the count without deleted instances.
 * Where the audit log does not reach back to its begin ($2), the count stays. Of events before the moment $3
 * and receptions before $4 some may be gone: the last reception of the service may be one of them. Index:
 * health_messages (service_name, occurred_at).
 */
export const WRITE_SERVICE_EVENTS = {
  name: 'write_service_events',
  text: `
    WITH counted AS (
      SELECT m.occurred_at, m.received_at, m.message_id, m.response_time_ms, m.message,
             EXISTS (SELECT FROM service_deletions d
                      WHERE d.service_name = m.service_name AND d.instance_id IS NULL
                        AND d.received_through >= m.received_at) AS is_forgotten,
             EXISTS (SELECT FROM service_deletions d
                      WHERE d.service_name = m.service_name AND d.reason = 'deleted'
                        AND (d.instance_id IS NULL OR d.instance_id = m.instance_id)
                        AND d.received_through >= m.received_at) AS is_deleted
        FROM health_messages m WHERE m.service_name = $1 AND ${KNOWN('$3')}),
    totals AS (
      SELECT count(*) FILTER (WHERE NOT is_deleted) AS n, max(received_at) AS last_seen
        FROM counted WHERE NOT is_forgotten),
    newest AS (
      SELECT * FROM counted WHERE NOT is_forgotten
       ORDER BY least(occurred_at, received_at) DESC, received_at DESC, message_id DESC LIMIT 1)
    UPDATE service_status s SET
      message_count = CASE WHEN $2::boolean THEN greatest(s.message_count, totals.n)
                           ELSE totals.n END,
      last_seen = greatest(totals.last_seen,
        CASE WHEN s.last_seen < to_timestamp($4::float8 / 1e6) THEN s.last_seen END), last_occurred_at = newest.occurred_at,
      newest_received_at = newest.received_at, newest_message_id = newest.message_id,
      response_time_ms = newest.response_time_ms, message = newest.message
      FROM totals, newest
     WHERE s.service_name = $1`,
};

/** Rows of a service as text, by which two moments are compared. */
export const SNAPSHOTS = {
  service_status: `
    SELECT s.service_name AS key,
           concat_ws(' ', s.current_status, s.status_since, s.last_seen, s.last_occurred_at,
                     s.newest_received_at, s.newest_message_id, s.due_at, s.message_count,
                     s.instance_count, s.response_time_ms, s.message) AS value
      FROM service_status s WHERE s.service_name = $1`,
  service_instances: `
    SELECT i.service_name || ' ' || i.instance_id AS key,
           concat_ws(' ', i.current_status, i.status_since, i.reported_status, i.reported_since,
                     i.streak, i.last_seen, i.last_message_id, i.recovered_at, i.last_occurred_at,
                     i.newest_received_at, i.newest_message_id, i.ttl_seconds, i.due_at, i.version,
                     i.response_time_ms, i.message, i.message_count) AS value
      FROM service_instances i WHERE i.service_name = $1`,
  health_transitions: `
    SELECT concat_ws(' ', t.service_name, t.instance_id, t.occurred_at, t.message_id) AS key,
           concat_ws(' ', t.received_at, t.from_status, t.to_status, t.reason) AS value
      FROM health_transitions t WHERE t.service_name = $1`,
  health_silences: `
    SELECT concat_ws(' ', h.service_name, h.instance_id, h.due_at) AS key,
           concat_ws(' ', h.received_at, h.message_id, h.ends_at, h.ended_by) AS value
      FROM health_silences h WHERE h.service_name = $1`,
} as const;
