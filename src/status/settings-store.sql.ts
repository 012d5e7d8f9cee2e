import { micros } from '../storage/time-columns.js';

/** Statements of settings. All but the first run under the lock of the service's row. */

/**
 * What is in force for a service that is known: one row, its columns null where nothing was ever set.
 * Index: the primary keys.
 */
export const READ_SETTINGS = `
    SELECT w.failure_threshold, w.success_threshold, w.ttl_seconds, w.grace_seconds,
           w.expected_instances
      FROM service_status s
      LEFT JOIN LATERAL (
        SELECT * FROM service_settings w
         WHERE w.service_name = s.service_name ORDER BY w.changed_at DESC LIMIT 1) AS w ON true
     WHERE s.service_name = $1`;

/** From now on, by the database's clock; later than the change before in any case. Index: the primary key. */
export const INSERT_SETTINGS = {
  name: 'insert_settings',
  text: `
    INSERT INTO service_settings AS w (
      service_name, changed_at, failure_threshold, success_threshold, ttl_seconds, grace_seconds,
      expected_instances)
    SELECT $1, greatest(statement_timestamp(), max(w.changed_at) + interval '1 microsecond'),
           $2, $3, $4, $5, $6
      FROM service_settings w WHERE w.service_name = $1
    RETURNING ${micros('w.changed_at')} AS changed_at`,
};

/**
 * Deadlines that lie ahead at the moment $2 (microseconds), by TTL $3 and grace $4: not earlier than
 * that moment. One that has passed stands, whether its silence is written already or not.
 * Index: the primary key.
 */
export const RESET_DEADLINES = {
  name: 'reset_deadlines',
  text: `
    UPDATE service_instances i SET
      due_at = CASE WHEN coalesce(i.ttl_seconds, $3::integer) = 0 THEN NULL
                    ELSE greatest(to_timestamp($2::float8 / 1e6),
                                  i.last_seen + make_interval(
                                    secs => coalesce(i.ttl_seconds, $3) + $4::integer)) END,
      wait_until = NULL
     WHERE i.service_name = $1 AND i.current_status NOT IN ('stale', 'left')
       AND (coalesce(i.wait_until, i.due_at) >= to_timestamp($2 / 1e6)
            OR coalesce(i.wait_until, i.due_at) IS NULL)`,
};
