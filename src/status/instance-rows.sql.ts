import { micros } from '../storage/time-columns.js';

/**
 * Statements of `service_instances`. Lists arrive as arrays, or as one JSON array; times, where they
 * are JSON, as microseconds. Index: the primary key of the table each statement names, unless it says
 * otherwise.
 */

/** Of `service_instances i`. */
const INSTANCE_COLUMNS = `i.xmin AS xid, i.service_name, i.instance_id, i.current_status,
           ${micros('i.status_since')} AS status_since, i.reported_status,
           ${micros('i.reported_since')} AS reported_since, i.streak,
           ${micros('i.first_seen')} AS first_seen,
           ${micros('i.last_seen')} AS last_seen, i.last_message_id,
           ${micros('i.recovered_at')} AS recovered_at,
           ${micros('i.last_occurred_at')} AS occurred_at,
           ${micros('i.newest_received_at')} AS received_at,
           i.newest_message_id AS message_id,
           i.ttl_seconds, ${micros('i.due_at')} AS due_at,
           i.version, i.response_time_ms, i.message, i.message_count::float8 AS message_count,
           ${micros('i.forgotten_through')} AS forgotten_through`;

export const READ_INSTANCES = {
  name: 'read_instances',
  text: `
    SELECT ${INSTANCE_COLUMNS}
      FROM unnest($1::text[], $2::text[]) AS wanted (s, i)
      JOIN service_instances i
        ON i.service_name = wanted.s COLLATE "C" AND i.instance_id = wanted.i COLLATE "C"`,
};

/** Of the instances named, how many have the row that transaction `x` left. */
export const COUNT_UNCHANGED_INSTANCES = {
  name: 'count_unchanged_instances',
  text: `
    SELECT count(*)::integer AS rows
      FROM unnest($1::text[], $2::text[], $3::xid[]) AS known (s, i, x)
      JOIN service_instances i
        ON i.service_name = known.s COLLATE "C" AND i.instance_id = known.i COLLATE "C"
     WHERE i.xmin = known.x`,
};

/**
 * Instances of which an event says nothing but that they are heard: what every event moves, and no
 * more; only where the row is the one that transaction `w` left. The service's row is locked, so
 * nobody else writes its instances. An event ends what the sweeper knew of the wait before it.
 */
export const MOVE_INSTANCES = {
  name: 'move_instances',
  text: `
    WITH moved AS (
      UPDATE service_instances AS i SET
        last_seen = e.r, last_message_id = e.m, last_occurred_at = e.o, newest_received_at = e.r,
        newest_message_id = e.m, due_at = e.du, wait_until = NULL, response_time_ms = e.p,
        message = e.x, message_count = e.n
        FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::uuid[],
                    $6::timestamptz[], $7::float8[], $8::text[], $9::bigint[],
                    $10::xid[])
               AS e (s, i, o, r, m, du, p, x, n, w)
       WHERE i.service_name = e.s COLLATE "C" AND i.instance_id = e.i COLLATE "C" AND i.xmin = e.w
      RETURNING 1)
    SELECT count(*)::integer AS rows FROM moved`,
};

/** All of an instance, be it new; otherwise as {@link MOVE_INSTANCES}. */
export const WRITE_INSTANCES = {
  name: 'write_instances',
  text: `
    INSERT INTO service_instances AS i (
      service_name, instance_id, current_status, status_since, reported_status, reported_since,
      streak, first_seen, last_seen, last_message_id, recovered_at, last_occurred_at,
      newest_received_at, newest_message_id, ttl_seconds, due_at, version, response_time_ms, message,
      message_count, forgotten_through)
    SELECT e.s, e.i, e.st, to_timestamp(e.si / 1e6), coalesce(e.rs, e.st),
           to_timestamp(coalesce(e.rt, e.si) / 1e6), coalesce(e.k, 0), to_timestamp(e.fs / 1e6),
           to_timestamp(e.ls / 1e6), coalesce(e.lm, e.m), to_timestamp(e.ra / 1e6),
           to_timestamp(e.o / 1e6), to_timestamp(e.r / 1e6), e.m, e.l, to_timestamp(e.du / 1e6),
           e.v, e.p, e.x, e.n, to_timestamp(e.g / 1e6)
      FROM json_to_recordset($1::json) AS e (
        s text, i text, st text, si float8, rs text, rt float8, k integer, fs float8, ls float8,
        lm uuid, ra float8, o float8, r float8, m uuid, l integer, du float8, v text, p float8,
        x text, n bigint, g float8)
    ON CONFLICT (service_name, instance_id) DO UPDATE SET
      current_status = excluded.current_status, status_since = excluded.status_since,
      reported_status = excluded.reported_status, reported_since = excluded.reported_since,
      streak = excluded.streak, first_seen = excluded.first_seen, last_seen = excluded.last_seen,
      last_message_id = excluded.last_message_id, recovered_at = excluded.recovered_at,
      last_occurred_at = excluded.last_occurred_at,
      newest_received_at = excluded.newest_received_at,
      newest_message_id = excluded.newest_message_id, ttl_seconds = excluded.ttl_seconds,
      due_at = excluded.due_at, wait_until = NULL, version = excluded.version,
      response_time_ms = excluded.response_time_ms, message = excluded.message,
      message_count = excluded.message_count,
      is_replacement = i.is_replacement AND i.first_seen = excluded.first_seen,
      has_successor = i.has_successor AND i.first_seen = excluded.first_seen`,
};

export const COUNT_INSTANCES = {
  name: 'count_instances',
  text: `
    SELECT i.service_name, i.current_status, count(*)::integer AS instances,
           ${micros('max(i.due_at)')} AS due_at
      FROM json_array_elements_text($1::json) AS wanted
      JOIN service_instances i ON i.service_name = wanted COLLATE "C"
     GROUP BY i.service_name, i.current_status`,
};

/**
 * Up to which receptions instances were deleted, alone or with their service, oldest first; no row
 * for one that never was. Index: service_deletions (service_name, deleted_at).
 */
export const READ_DELETIONS = {
  name: 'read_deletions',
  text: `
    SELECT wanted.s AS service_name, wanted.i AS instance_id,
           array_agg(${micros('d.received_through')} ORDER BY d.received_through) AS received_through
      FROM json_to_recordset($1::json) AS wanted (s text, i text)
      JOIN service_deletions d
        ON d.service_name = wanted.s COLLATE "C"
       AND (d.instance_id IS NULL OR d.instance_id = wanted.i COLLATE "C")
     GROUP BY wanted.s, wanted.i`,
};
