import { micros } from '../storage/time-columns.js';

/**
 * Statements of `service_status`. Lists arrive as arrays, or as one JSON array; times, where they are
 * JSON, as microseconds. Index: the primary key of the table each statement names.
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

/**
 * Locks services that are there, in the same order; tells how many, and which rows are others than
 * transaction `x` left. `server` changes with every start of one.
 */
export const LOCK_KNOWN_SERVICES = {
  name: 'lock_known_services',
  text: `
    WITH locked AS MATERIALIZED (
      SELECT s.service_name, s.xmin AS x, known.x AS known_x
        FROM unnest($1::text[], $2::xid[]) AS known (s, x)
        JOIN service_status s ON s.service_name = known.s COLLATE "C"
       ORDER BY s.service_name
         FOR NO KEY UPDATE OF s)
    SELECT pg_current_xact_id()::xid AS xid, pg_postmaster_start_time()::text AS server,
           (SELECT count(*)::integer FROM locked) AS locked,
           (SELECT array_agg(service_name::text) FROM locked WHERE x <> known_x) AS changed`,
};

export const READ_SERVICES = {
  name: 'read_services',
  text: `
    SELECT s.xmin AS xid, s.service_name, s.current_status, s.instance_count,
           ${micros('s.last_seen')} AS last_seen,
           ${micros('s.last_occurred_at')} AS occurred_at,
           ${micros('s.newest_received_at')} AS received_at,
           s.newest_message_id AS message_id
      FROM unnest($1::text[]) AS wanted
      JOIN service_status s ON s.service_name = wanted COLLATE "C"`,
};

export const READ_STATUSES = {
  name: 'read_statuses',
  text: `
    SELECT s.service_name, s.current_status
      FROM json_array_elements_text($1::json) AS wanted
      JOIN service_status s ON s.service_name = wanted COLLATE "C"`,
};

/** Takes back the rows that {@link LOCK_SERVICES} made for nothing. */
export const REMOVE_EMPTY_SERVICES = {
  name: 'remove_empty_services',
  text: `
    DELETE FROM service_status s
     USING json_array_elements_text($1::json) AS name
     WHERE s.service_name = name COLLATE "C" AND s.last_seen IS NULL`,
};

/**
 * Services of which the events say nothing but that they were heard, the newest of them newer than
 * all before: the columns that follow from the instances stay.
 */
export const MOVE_SERVICES = {
  name: 'move_services',
  text: `
    WITH moved AS (
      UPDATE service_status AS s SET
        status_since = CASE WHEN s.message_count > 0 THEN s.status_since
                            ELSE statement_timestamp() END,
        last_seen = greatest(s.last_seen, e.ls),
        due_at = greatest(s.due_at, e.du),
        message_count = s.message_count + e.n,
        last_occurred_at = e.o, newest_received_at = e.r, newest_message_id = e.m,
        response_time_ms = e.p, message = e.x
        FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::bigint[],
                    $5::timestamptz[], $6::timestamptz[], $7::uuid[], $8::float8[], $9::text[])
               AS e (s, ls, du, n, o, r, m, p, x)
       WHERE s.service_name = e.s COLLATE "C"
      RETURNING 1)
    SELECT count(*)::integer AS rows FROM moved`,
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
