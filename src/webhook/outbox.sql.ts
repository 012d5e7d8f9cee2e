import { millis } from '../storage/time-columns.js';

/**
 * Statements of the outbox. Lists arrive as one JSON array parameter, durations as milliseconds; the
 * only clock is the database's. Index: the primary key (service_name, change_id).
 *
 * A change of an alert (`alert` is not null) stands under a name that no service can have, and is dealt with
 * like those of a service: see alerts/deployment-alerts.sql.ts.
 */

const after = (ms: string): string =>
  `statement_timestamp() + ${ms}::float8 * interval '1 millisecond'`;

/**
 * Leases up to $1 deliveries for $2 ms. Each is the oldest of its service, so that no change overtakes
 * another: within a service, ids are given under the service's lock, in the order of commits. What
 * another is leasing at this moment is passed over. Heads are found one after the other, each by one
 * probe: what the statement costs grows with the services that wait, not with their changes.
 */
export const CLAIM = {
  name: 'webhook_claim',
  text: `
    WITH RECURSIVE head AS (
      (SELECT first.service_name, first.change_id
         FROM webhook_deliveries first
        ORDER BY first.service_name, first.change_id LIMIT 1)
      UNION ALL
      SELECT next.service_name, next.change_id
        FROM head
       CROSS JOIN LATERAL (
         SELECT n.service_name, n.change_id
           FROM webhook_deliveries n
          WHERE n.service_name > head.service_name
          ORDER BY n.service_name, n.change_id LIMIT 1) AS next),
    due AS (
      SELECT d.service_name, d.change_id
        FROM head JOIN webhook_deliveries d USING (service_name, change_id)
       WHERE d.next_attempt_at <= statement_timestamp()
         AND (d.leased_until IS NULL OR d.leased_until <= statement_timestamp())
       ORDER BY d.next_attempt_at, d.change_id
       LIMIT $1
         FOR UPDATE OF d SKIP LOCKED)
    UPDATE webhook_deliveries d
       SET leased_until = ${after('$2')}, attempts = d.attempts + 1
      FROM due
     WHERE d.service_name = due.service_name AND d.change_id = due.change_id
    RETURNING d.service_name, d.change_id::float8 AS change_id, d.attempts, d.idempotency_key, d.alert,
              floor(date_part('epoch', statement_timestamp() - d.first_due_at) * 1e3) AS age_ms,
              ${millis('d.changed_at')} AS changed_at_ms,
              d.from_status, d.to_status, d.reason, d.instance_id, d.message_id`,
};

/** What was delivered is done, whoever holds the lease by now. */
export const REMOVE_DELIVERED = {
  name: 'webhook_remove_delivered',
  text: `
    DELETE FROM webhook_deliveries d
     USING json_to_recordset($1::json) AS e (s text, c bigint)
     WHERE d.service_name = e.s COLLATE "C" AND d.change_id = e.c`,
};

/** Gives leases back. One that ran out and was taken by another instance is that one's. */
export const POSTPONE = {
  name: 'webhook_postpone',
  text: `
    UPDATE webhook_deliveries d
       SET next_attempt_at = ${after('e.w')}, leased_until = NULL, last_error = e.x
      FROM json_to_recordset($1::json) AS e (s text, c bigint, a integer, w float8, x text)
     WHERE d.service_name = e.s COLLATE "C" AND d.change_id = e.c AND d.attempts = e.a`,
};

const GIVEN_UP = `CASE WHEN d.alert IS NULL THEN d.service_name END AS service_name,
           d.alert ->> 'name' AS alert, d.change_id::float8 AS change_id, d.attempts`;

/** As {@link POSTPONE}, for good. */
export const GIVE_UP = {
  name: 'webhook_give_up',
  text: `
    DELETE FROM webhook_deliveries d
     USING json_to_recordset($1::json) AS e (s text, c bigint, a integer, x text)
     WHERE d.service_name = e.s COLLATE "C" AND d.change_id = e.c AND d.attempts = e.a
    RETURNING ${GIVEN_UP}, e.x AS last_error`,
};

/** Gives up to $2 of what was first due more than $1 ms ago, oldest first; not what is being sent. */
export const GIVE_UP_OLD = {
  name: 'webhook_give_up_old',
  text: `
    WITH old AS (
      SELECT o.service_name, o.change_id
        FROM webhook_deliveries o
       WHERE o.first_due_at <= ${after('-$1')}
         AND (o.leased_until IS NULL OR o.leased_until <= statement_timestamp())
       ORDER BY o.change_id
       LIMIT $2
         FOR UPDATE SKIP LOCKED)
    DELETE FROM webhook_deliveries d
     USING old
     WHERE d.service_name = old.service_name AND d.change_id = old.change_id
    RETURNING ${GIVEN_UP}, d.last_error`,
};

export const MEASURE = {
  name: 'webhook_measure',
  text: `
    SELECT count(*)::float8 AS pending,
           date_part('epoch', statement_timestamp() - min(d.first_due_at)) AS oldest_age_seconds
      FROM webhook_deliveries d`,
};
