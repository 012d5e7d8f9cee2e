import { micros } from '../storage/time-columns.js';

/** Statements for events that were received long ago and are stored only now; times in µs. */

/**
 * An event received ($3) before its instance was taken out belongs to the life that ended then, as if
 * it had been known in time: the life reaches up to it. Not where events of a later life ($4 is the
 * event's own id) were received before it; of those that are gone, transitions tell. Index:
 * service_deletions (service_name, deleted_at); health_messages (service_name, occurred_at);
 * health_transitions by its primary key.
 */
export const EXTEND_LIFE = {
  name: 'extend_life',
  text: `
    WITH ended AS (
      SELECT d.id, d.instance_id, d.received_through AS before, to_timestamp($3::float8 / 1e6) AS now
        FROM service_deletions d
       WHERE d.service_name = $1 AND (d.instance_id IS NULL OR d.instance_id = $2)
         AND d.received_through < to_timestamp($3 / 1e6) AND d.deleted_at > to_timestamp($3 / 1e6)
       ORDER BY d.received_through DESC LIMIT 1),
    extended AS (
      UPDATE service_deletions d SET received_through = ended.now
        FROM ended
       WHERE d.id = ended.id
         AND NOT EXISTS (
               SELECT FROM health_messages m
                WHERE m.service_name = $1 AND (ended.instance_id IS NULL OR m.instance_id = $2)
                  AND m.received_at > ended.before AND m.received_at <= ended.now
                  AND m.occurred_at <= ended.now + interval '5 minutes'
                  AND m.message_id <> $4::uuid)
         AND NOT EXISTS (
               SELECT FROM health_transitions t
                WHERE t.service_name = $1 AND (ended.instance_id IS NULL OR t.instance_id = $2)
                  AND t.received_at > ended.before AND t.received_at <= ended.now
                  AND t.occurred_at <= ended.now)
      RETURNING ended.*)
    UPDATE service_instances i SET forgotten_through = extended.now
      FROM extended
     WHERE i.service_name = $1 AND (extended.instance_id IS NULL OR i.instance_id = $2)
       AND i.forgotten_through = extended.before`,
};

/**
 * Counts an event of a life that ended where its service goes on: not where an operator had the
 * instance deleted, and not at all where it was the whole service. Index: the primary keys.
 */
export const COUNT_ENDED = {
  name: 'count_ended',
  text: `
    WITH event AS (
      SELECT to_timestamp($3::float8 / 1e6) AS occurred_at, to_timestamp($4::float8 / 1e6) AS received_at,
             $5::uuid AS message_id, $6::float8 AS response_time_ms, $7::text AS message),
    deletion AS (
      SELECT coalesce(bool_or(d.instance_id IS NULL), false) AS is_forgotten,
             coalesce(bool_or(d.reason = 'deleted'), false) AS is_deleted
        FROM service_deletions d, event
       WHERE d.service_name = $1 AND (d.instance_id IS NULL OR d.instance_id = $2)
         AND d.received_through >= event.received_at)
    UPDATE service_status s SET
      message_count = s.message_count + CASE WHEN deletion.is_deleted THEN 0 ELSE 1 END,
      last_seen = greatest(s.last_seen, event.received_at),
      last_occurred_at = CASE WHEN newer.is THEN event.occurred_at ELSE s.last_occurred_at END,
      newest_received_at = CASE WHEN newer.is THEN event.received_at ELSE s.newest_received_at END,
      newest_message_id = CASE WHEN newer.is THEN event.message_id ELSE s.newest_message_id END,
      response_time_ms = CASE WHEN newer.is THEN event.response_time_ms ELSE s.response_time_ms END,
      message = CASE WHEN newer.is THEN event.message ELSE s.message END
      FROM event, deletion, service_status o
     CROSS JOIN LATERAL (
       SELECT (least(o.last_occurred_at, o.newest_received_at), o.newest_received_at, o.newest_message_id)
              < (least(e.occurred_at, e.received_at), e.received_at, e.message_id) AS is
         FROM event e) AS newer
     WHERE s.service_name = $1 AND o.service_name = $1
       AND s.last_seen IS NOT NULL AND NOT deletion.is_forgotten`,
};

/** How far deadlines have been swept; null where they never were. */
export const READ_SWEPT_THROUGH = {
  name: 'read_swept_through',
  text: `
    SELECT ${micros('o.swept_through')} AS swept_through FROM health_observation o`,
};
