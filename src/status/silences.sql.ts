import { micros } from '../storage/time-columns.js';
import { inLife } from './lives.sql.js';

/** Statements of `health_silences`; times as microseconds, lists as one JSON array. */

/** Index: health_gaps (started_at, id), in its order. */
export const READ_GAPS = {
  name: 'read_gaps',
  text: `
    SELECT ${micros('g.started_at')} AS from_us, ${micros('g.ended_at')} AS to_us
      FROM health_gaps g
     WHERE g.ended_at IS NULL OR g.ended_at > to_timestamp($1::float8 / 1e6)
     ORDER BY g.started_at, g.id`,
};

/** Index: the primary key. */
export const READ_HOLDS = {
  name: 'read_holds',
  text: `
    SELECT h.service_name, h.instance_id, ${micros('h.due_at')} AS due_at
      FROM json_to_recordset($1::json) AS e (s text, i text)
      JOIN health_holds h
        ON h.service_name = e.s COLLATE "C" AND h.instance_id = e.i COLLATE "C"
     WHERE h.outcome IS DISTINCT FROM 'released'`,
};

export const END_HOLDS = {
  name: 'end_holds',
  text: `
    UPDATE health_holds h SET ended_at = to_timestamp(e.t / 1e6), outcome = 'heard'
      FROM json_to_recordset($1::json) AS e (s text, i text, t float8)
     WHERE h.service_name = e.s COLLATE "C" AND h.instance_id = e.i COLLATE "C"
       AND h.outcome IS NULL`,
};

export const INSERT_SILENCES = {
  name: 'insert_silences',
  text: `
    INSERT INTO health_silences (
      service_name, instance_id, due_at, received_at, message_id, ends_at, ended_by)
    SELECT e.s, e.i, to_timestamp(e.du / 1e6), to_timestamp(e.r / 1e6), e.m,
           to_timestamp(e.h / 1e6), e.b
      FROM json_to_recordset($1::json) AS e (
        s text, i text, du float8, r float8, m uuid, h float8, b uuid)
    ON CONFLICT (service_name, instance_id, due_at) DO NOTHING`,
};

/** Ends the silences that last, by an event (b) or, without one, because the instance was taken out. */
export const END_SILENCES = {
  name: 'end_silences',
  text: `
    UPDATE health_silences h SET ends_at = to_timestamp(e.t / 1e6), ended_by = e.b
      FROM json_to_recordset($1::json) AS e (s text, i text, t float8, b uuid)
     WHERE h.service_name = e.s COLLATE "C" AND h.instance_id = e.i COLLATE "C"
       AND h.ends_at IS NULL`,
};

/** Of one life of an instance ($1, $2; $3 to $4) those whose wait began at $5 or later, before $6 unless null. */
export const DELETE_SILENCES = {
  name: 'delete_silences',
  text: `
    DELETE FROM health_silences h
     WHERE ${inLife('h')}
       AND h.received_at >= to_timestamp($5::float8 / 1e6)
       AND ($6::float8 IS NULL OR h.received_at < to_timestamp($6 / 1e6))`,
};

/** When an instance whose life began at $3 was heard again last. Index: the primary keys. */
export const WRITE_RECOVERED = {
  name: 'write_recovered',
  text: `
    UPDATE service_instances i SET
      recovered_at = newest.ends_at,
      status_since = CASE WHEN i.current_status = 'stale' THEN i.status_since
                          ELSE greatest(i.reported_since, newest.ends_at) END
      FROM (SELECT max(h.ends_at) AS ends_at FROM health_silences h
             WHERE h.service_name = $1 AND h.instance_id = $2
               AND h.received_at > to_timestamp($3::float8 / 1e6)) AS newest
     WHERE i.service_name = $1 AND i.instance_id = $2`,
};

/** What an instance whose life began at $3 shows: stale since the silence that lasts, if one does. Index: the primary keys. */
export const WRITE_SILENCE = {
  name: 'write_silence',
  text: `
    UPDATE service_instances i SET
      recovered_at = silence.ended_at,
      current_status = CASE WHEN silence.lasts_since IS NULL THEN i.reported_status ELSE 'stale' END,
      status_since = coalesce(silence.lasts_since, greatest(i.reported_since, silence.ended_at)),
      wait_until = NULL
      FROM (SELECT max(h.ends_at) AS ended_at,
                   max(h.due_at) FILTER (WHERE h.ends_at IS NULL) AS lasts_since
              FROM health_silences h
             WHERE h.service_name = $1 AND h.instance_id = $2
               AND h.received_at > to_timestamp($3::float8 / 1e6)) AS silence
     WHERE i.service_name = $1 AND i.instance_id = $2`,
};

/**
 * Receptions of one life of an instance behind the place ($5, $6), in their order, $7 at most. An
 * event lies in its window of days ($8) before reception. Index: health_messages (service_name, occurred_at).
 */
export const READ_RECEPTIONS = {
  name: 'read_receptions',
  text: `
    SELECT m.status, m.ttl_seconds, m.message_id, ${micros('m.occurred_at')} AS occurred_at,
           ${micros('m.received_at')} AS received_at
      FROM health_messages m
     WHERE ${inLife('m')}
       AND m.occurred_at >= to_timestamp($5::float8 / 1e6) - make_interval(days => $8::integer)
       AND (m.received_at, m.message_id) > (to_timestamp($5::float8 / 1e6), $6::uuid)
     ORDER BY m.received_at, m.message_id LIMIT $7`,
};

/** The reception before a moment $5 in the same life. Index: as above. */
export const READ_RECEPTION_BEFORE = {
  name: 'read_reception_before',
  text: `
    SELECT ${micros('max(m.received_at)')} AS received_at
      FROM health_messages m
     WHERE ${inLife('m')}
       AND m.received_at < to_timestamp($5::float8 / 1e6)`,
};

/**
 * The newest event of a life, by position, among those received before a moment $5. Index:
 * health_messages (service_name, occurred_at).
 */
export const READ_NEWEST_BEFORE = {
  name: 'read_newest_before',
  text: `
    SELECT m.status, m.ttl_seconds, m.message_id, ${micros('m.occurred_at')} AS occurred_at,
           ${micros('m.received_at')} AS received_at
      FROM health_messages m
     WHERE ${inLife('m')}
       AND m.received_at < to_timestamp($5::float8 / 1e6)
     ORDER BY least(m.occurred_at, m.received_at) DESC, m.received_at DESC, m.message_id DESC
     LIMIT 1`,
};

/** Gaps that ended and that silences have not been checked against. No index: there are few gaps. */
export const READ_UNSETTLED_GAPS = `
    SELECT g.id::text AS id, ${micros('g.started_at')} AS from_us, ${micros('g.ended_at')} AS to_us
      FROM health_gaps g
     WHERE NOT g.is_settled AND g.ended_at IS NOT NULL
     ORDER BY g.id LIMIT 100`;

export const SETTLE_GAP = `UPDATE health_gaps SET is_settled = true WHERE id = $1::bigint`;

/** Instances with a silence whose wait overlaps the time from $1 to $2. No index: there are few silences. */
export const READ_OVERLAPPED = `
    SELECT h.service_name, h.instance_id, ${micros('h.received_at')} AS received_at
      FROM health_silences h
     WHERE h.received_at < to_timestamp($2::float8 / 1e6)
       AND h.due_at > to_timestamp($1::float8 / 1e6)`;

/** Deletions that ended lives of an instance, oldest first. Index: service_deletions (service_name, deleted_at). */
export const READ_LIFE_ENDS = {
  name: 'read_life_ends',
  text: `
    SELECT ${micros('d.received_through')} AS through_us, ${micros('d.deleted_at')} AS deleted_us
      FROM service_deletions d
     WHERE d.service_name = $1 AND (d.instance_id IS NULL OR d.instance_id = $2)
     ORDER BY d.received_through, d.id`,
};
