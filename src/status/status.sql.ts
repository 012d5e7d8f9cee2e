import { micros } from '../storage/time-columns.js';
import { settingsOf } from './settings.sql.js';

/**
 * Statements of the status tables. Lists arrive as one JSON array parameter; times as microseconds.
 * Index: the primary key of the table each statement names, unless it says otherwise.
 */

/**
 * Makes missing services and locks all of them, in one pass and in one order. `WHERE false` locks an
 * existing row without writing it. Source: PostgreSQL, INSERT, ON CONFLICT DO UPDATE.
 */
export const LOCK_SERVICES = {
  name: 'lock_services',
  text: `
    INSERT INTO service_status (service_name)
    SELECT name FROM json_array_elements_text($1::json) AS name ORDER BY name COLLATE "C"
    ON CONFLICT (service_name) DO UPDATE SET service_name = excluded.service_name WHERE false`,
};

export const READ_SERVICES = {
  name: 'read_services',
  text: `
    SELECT s.service_name, s.current_status, s.instance_count,${settingsOf('s.service_name')},
           ${micros('s.last_seen')} AS last_seen,
           ${micros('s.last_occurred_at')} AS occurred_at,
           ${micros('s.newest_received_at')} AS received_at,
           s.newest_message_id AS message_id
      FROM json_array_elements_text($1::json) AS wanted
      JOIN service_status s ON s.service_name = wanted COLLATE "C"`,
};

/** Of `service_instances i`. */
const INSTANCE_COLUMNS = `i.service_name, i.instance_id, i.current_status,
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
      FROM json_to_recordset($1::json) AS wanted (s text, i text)
      JOIN service_instances i
        ON i.service_name = wanted.s COLLATE "C" AND i.instance_id = wanted.i COLLATE "C"`,
};

/**
 * The service's row is locked, so nobody else writes its instances. An event ends what the sweeper
 * knew of the wait before it.
 */
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

/** Takes back the rows that {@link LOCK_SERVICES} made for nothing. */
export const REMOVE_EMPTY_SERVICES = {
  name: 'remove_empty_services',
  text: `
    DELETE FROM service_status s
     USING json_array_elements_text($1::json) AS name
     WHERE s.service_name = name COLLATE "C" AND s.last_seen IS NULL`,
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

export const WRITE_SERVICES = {
  name: 'write_services',
  text: `
    UPDATE service_status AS s SET
      current_status = e.st,
      status_since = CASE WHEN s.current_status = e.st AND s.message_count > 0
                          THEN s.status_since ELSE statement_timestamp() END,
      instance_count = e.ic,
      last_seen = greatest(s.last_seen, to_timestamp(e.ls / 1e6)),
      due_at = CASE WHEN e.dx THEN to_timestamp(e.du / 1e6)
                    ELSE greatest(s.due_at, to_timestamp(e.du / 1e6)) END,
      message_count = s.message_count + e.n,
      last_occurred_at = CASE WHEN e.nw THEN to_timestamp(e.o / 1e6) ELSE s.last_occurred_at END,
      newest_received_at = CASE WHEN e.nw THEN to_timestamp(e.r / 1e6) ELSE s.newest_received_at END,
      newest_message_id = CASE WHEN e.nw THEN e.m ELSE s.newest_message_id END,
      response_time_ms = CASE WHEN e.nw THEN e.p ELSE s.response_time_ms END,
      message = CASE WHEN e.nw THEN e.x ELSE s.message END
      FROM json_to_recordset($1::json) AS e (
        s text, st text, ic integer, ls float8, du float8, dx boolean, n bigint, nw boolean,
        o float8, r float8, m uuid, p float8, x text)
     WHERE s.service_name = e.s COLLATE "C"`,
};

/** Status and deadline alone, where no event moved the service. */
export const REWRITE_SERVICES = {
  name: 'rewrite_services',
  text: `
    UPDATE service_status AS s SET
      current_status = e.st,
      status_since = CASE WHEN s.current_status = e.st THEN s.status_since
                          ELSE statement_timestamp() END,
      instance_count = e.ic,
      due_at = to_timestamp(e.du / 1e6)
      FROM json_to_recordset($1::json) AS e (s text, st text, ic integer, du float8)
     WHERE s.service_name = e.s COLLATE "C"`,
};

export const INSERT_TRANSITIONS = {
  name: 'insert_transitions',
  text: `
    INSERT INTO health_transitions (
      occurred_at, service_name, instance_id, message_id, received_at, from_status, to_status, reason)
    SELECT to_timestamp(e.o / 1e6), e.s, e.i, e.m, to_timestamp(e.r / 1e6), e.f, e.t, e.w
      FROM json_to_recordset($1::json) AS e (
        o float8, s text, i text, m uuid, r float8, f text, t text, w text)`,
};
