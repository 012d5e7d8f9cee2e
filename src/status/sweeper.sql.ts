import { micros } from '../storage/time-columns.js';
import { settingsOf } from './settings.sql.js';

/** Statements of the sweeper. $1 is the horizon, times are in µs. */

export const READ_COVERED_THROUGH = `
    SELECT ${micros('o.covered_through')} AS covered_through FROM health_observation o`;

export const WRITE_SWEPT_THROUGH = `
    UPDATE health_observation o
       SET swept_through = greatest(o.swept_through, to_timestamp($1::float8 / 1e6))`;

/**
 * Live instances whose deadline lies before the horizon, as far as their rows know. No index on the
 * deadline, which every event moves: all rows are read.
 */
export const READ_DUE = `
    SELECT i.service_name, i.instance_id, ${micros('i.last_seen')} AS last_seen, i.ttl_seconds,
           ${micros('i.wait_until')} AS wait_until,${settingsOf('i.service_name')}
      FROM service_instances i
     WHERE i.current_status NOT IN ('stale', 'left')
       AND coalesce(i.wait_until, i.due_at) < to_timestamp($1::float8 / 1e6)`;

/**
 * Services with an instance that is silent since before $1 while another one is there, or that left
 * before $2. No index: all rows are read.
 */
export const READ_OVERDUE = `
    SELECT DISTINCT i.service_name
      FROM service_instances i
     WHERE (i.current_status = 'stale' AND i.status_since < to_timestamp($1::float8 / 1e6)
            AND EXISTS (SELECT FROM service_instances o
                         WHERE o.service_name = i.service_name AND o.instance_id <> i.instance_id
                           AND o.current_status <> 'left'))
        OR (i.current_status = 'left' AND i.last_seen < to_timestamp($2::float8 / 1e6))`;

/**
 * Puts off the deadline of instances that were not heard since; rows that somebody is working on are
 * left for the next pass. Index: the primary key.
 */
export const PUT_OFF = `
    UPDATE service_instances i SET wait_until = to_timestamp(e.w / 1e6)
      FROM (SELECT o.service_name, o.instance_id, e.w
              FROM json_to_recordset($1::json) AS e (s text, i text, r float8, w float8)
              JOIN service_instances o
                ON o.service_name = e.s COLLATE "C" AND o.instance_id = e.i COLLATE "C"
             WHERE o.last_seen = to_timestamp(e.r / 1e6)
             ORDER BY o.service_name, o.instance_id
               FOR UPDATE OF o SKIP LOCKED) AS e
     WHERE i.service_name = e.service_name AND i.instance_id = e.instance_id`;

/** Locks the services that nobody else is working on, in the common order. Index: the primary key. */
export const LOCK_FREE_SERVICES = {
  name: 'lock_free_services',
  text: `
    SELECT s.service_name
      FROM service_status s
     WHERE s.service_name IN (SELECT json_array_elements_text($1::json) COLLATE "C")
     ORDER BY s.service_name
       FOR UPDATE SKIP LOCKED`,
};

/** The same, waiting for those that others work on. */
export const LOCK_BUSY_SERVICES = {
  name: 'lock_busy_services',
  text: `
    SELECT s.service_name
      FROM service_status s
     WHERE s.service_name IN (SELECT json_array_elements_text($1::json) COLLATE "C")
     ORDER BY s.service_name
       FOR UPDATE`,
};

/** All instances of locked services, with what the decision needs. Index: the primary keys. */
export const READ_MEMBERS = {
  name: 'read_members',
  text: `
    SELECT i.service_name, i.instance_id, i.current_status, ${micros('i.first_seen')} AS first_seen,
           ${micros('i.last_seen')} AS last_seen, i.last_message_id, i.ttl_seconds,
           CASE WHEN i.current_status = 'stale' THEN ${micros('i.status_since')} END AS silent_since,
           ${micros('i.recovered_at')} AS recovered_at, ${micros('released.ended_at')} AS released_at,
           EXISTS (SELECT FROM health_holds h
                    WHERE h.service_name = i.service_name AND h.instance_id = i.instance_id
                      AND h.outcome IS NULL) AS is_held,
           i.is_replacement, i.has_successor
      FROM service_instances i
      LEFT JOIN health_holds released
        ON released.service_name = i.service_name AND released.instance_id = i.instance_id
       AND i.current_status = 'stale' AND released.due_at = i.status_since
       AND released.outcome = 'released'
     WHERE i.service_name IN (SELECT json_array_elements_text($1::json) COLLATE "C")
     ORDER BY i.service_name, i.instance_id`,
};

export const WRITE_STALE = {
  name: 'write_stale',
  text: `
    UPDATE service_instances i SET
      current_status = 'stale', status_since = to_timestamp(e.d / 1e6), wait_until = NULL
      FROM json_to_recordset($1::json) AS e (s text, i text, d float8)
     WHERE i.service_name = e.s COLLATE "C" AND i.instance_id = e.i COLLATE "C"`,
};

/** Who takes a place takes no other (c), and who left is not followed twice. */
export const WRITE_PLACES = {
  name: 'write_places',
  text: `
    UPDATE service_instances i SET
      is_replacement = i.is_replacement OR e.c, has_successor = i.has_successor OR NOT e.c
      FROM json_to_recordset($1::json) AS e (s text, i text, c boolean)
     WHERE i.service_name = e.s COLLATE "C" AND i.instance_id = e.i COLLATE "C"`,
};

/** Takes instances out, as if an operator had forgotten them. */
export const REMOVE_INSTANCES = {
  name: 'remove_instances',
  text: `
    WITH removal AS (
      SELECT e.s, e.i, to_timestamp(e.t / 1e6) AS at, to_timestamp(e.r / 1e6) AS through, e.w
        FROM json_to_recordset($1::json) AS e (s text, i text, t float8, r float8, w text)),
    recorded AS (
      INSERT INTO service_deletions (service_name, instance_id, deleted_at, received_through, reason)
      SELECT s, i, at, through, w FROM removal)
    DELETE FROM service_instances i USING removal
     WHERE i.service_name = removal.s COLLATE "C" AND i.instance_id = removal.i COLLATE "C"`,
};
