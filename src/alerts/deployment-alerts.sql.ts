import { millis } from '../storage/time-columns.js';

/**
 * Statements of what all instances together hold of the alerts. Alerts arrive as one JSON array of
 * `{n: name, a: what the webhook tells}`; the only clock is the database's. Index: the primary key of
 * health_alerts, which has a row per alert at most.
 */

const NOW = `date_part('epoch', statement_timestamp())`;

/** $1: who asks; $2: for how many seconds a word is good. */
export const READ_DEPLOYMENT = `
    SELECT a.name, a.state, ${millis('a.since')} AS since_ms,
           ${NOW} - (a.said_by ->> $1)::float8 AS said_seconds,
           NOT EXISTS (SELECT FROM jsonb_each(a.said_by) AS word
                        WHERE word.value::float8 > ${NOW} - $2::float8) AS is_unsaid
      FROM health_alerts a`;

/** Until the end of the transaction; one lock per schema. Changes are made under it, one after the other. */
export const LOCK_DEPLOYMENT = {
  name: 'lock_alerts',
  text: `SELECT pg_advisory_xact_lock(hashtextextended('health-monitor alerts ' || current_schema(), 0))`,
};

const NAMES = `(SELECT e.n COLLATE "C" FROM json_to_recordset($1::json) AS e (n text))`;

/** $2 says again that alerts fire. */
export const SAY = {
  name: 'say_alerts',
  text: `
    UPDATE health_alerts a SET said_by = a.said_by || jsonb_build_object($2::text, ${NOW})
     WHERE a.state = 'firing' AND a.name IN ${NAMES}`,
};

/** $2 no longer says so. */
export const UNSAY = {
  name: 'unsay_alerts',
  text: `UPDATE health_alerts a SET said_by = a.said_by - $2::text WHERE a.name IN ${NAMES}`,
};

/**
 * Puts what has changed into the outbox of the webhook, where `flag` is true. All changes are numbered in one
 * row with those of services, so that what waits longest is known. A blank begins no name of a service,
 * for those are trimmed: so an alert's changes have a place of their own, and stay in their order.
 */
const notify = (from: string, to: string, flag: string): string => `
    INSERT INTO webhook_deliveries (
      service_name, change_id, changed_at, from_status, to_status, reason, alert)
    SELECT ' alert ' || c.name,
           nextval(pg_get_serial_sequence('health_status_changes', 'id')),
           c.since, '${from}', '${to}', 'alert', e.a
      FROM changed c
      JOIN json_to_recordset($1::json) AS e (n text, a json) ON e.n = c.name
     WHERE ${flag}`;

/**
 * Lets those fire that did not, by the word of $2; the webhook is told where $3 is true. Of several instances
 * that say so, the first one changes something.
 */
export const FIRE = {
  name: 'fire_alerts',
  text: `
    WITH changed AS (
      INSERT INTO health_alerts AS a (name, state, since, said_by)
      SELECT e.n, 'firing', statement_timestamp(), jsonb_build_object($2::text, ${NOW})
        FROM json_to_recordset($1::json) AS e (n text)
      ON CONFLICT (name) DO UPDATE SET
        state = excluded.state, since = excluded.since, said_by = excluded.said_by
        WHERE a.state = 'ok'
      RETURNING a.name, a.since)${notify('ok', 'firing', '$3')}`,
};

/** Clears those of which nobody has said within $2 seconds that they fire; the webhook is told where $3 is true. */
export const CLEAR = {
  name: 'clear_alerts',
  text: `
    WITH changed AS (
      UPDATE health_alerts a SET state = 'ok', since = statement_timestamp(), said_by = '{}'
       WHERE a.state = 'firing' AND a.name IN ${NAMES}
         AND NOT EXISTS (SELECT FROM jsonb_each(a.said_by) AS word
                          WHERE word.value::float8 > ${NOW} - $2::float8)
      RETURNING a.name, a.since)${notify('firing', 'ok', '$3')}`,
};
