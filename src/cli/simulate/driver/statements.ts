import { micros } from '../../../storage/time-columns.js';

/** What the simulation itself asks of the product's tables, and tells them; times in µs. */

/**
 * When a sweep has something to do next: a deadline, the end of a stale instance's time ($1 seconds
 * after), or at once while self-preservation holds. Null: nothing lies ahead.
 */
export const READ_NEXT_DUE = `
  SELECT least(
    (SELECT ${micros('min(coalesce(i.wait_until, i.due_at))')} FROM service_instances i
      WHERE i.current_status NOT IN ('stale', 'left')),
    (SELECT ${micros(`min(i.status_since) + make_interval(secs => $1)`)} FROM service_instances i
      WHERE i.current_status = 'stale'
        AND EXISTS (SELECT FROM service_instances o
                     WHERE o.service_name = i.service_name AND o.instance_id <> i.instance_id
                       AND o.current_status <> 'left')),
    (SELECT 0 FROM self_preservation p WHERE p.released_at IS NULL)) AS due_us`;

/** Who is stale now, and since when. */
export const READ_OPEN_SILENCES = `
  SELECT h.service_name, h.instance_id, ${micros('h.due_at')} AS due_us
    FROM health_silences h WHERE h.ends_at IS NULL`;

/** At an explicit time, where the product takes that of the database. */
export const INSERT_SETTINGS = {
  name: 'simulate_settings',
  text: `
    INSERT INTO service_settings (
      service_name, changed_at, failure_threshold, success_threshold, ttl_seconds, grace_seconds,
      expected_instances)
    VALUES ($1, to_timestamp($2::float8 / 1e6), $3, $4, $5, $6, $7)`,
};
