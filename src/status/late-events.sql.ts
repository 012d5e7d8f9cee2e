import { micros } from '../storage/time-columns.js';

const EFFECTIVE = 'least(m.occurred_at, m.received_at)';

/** How far a publisher's clock may run ahead of the journal's: see events/received-event.ts. */
const AHEAD = `interval '5 minutes'`;

const EVENT = `m.status, m.message_id, ${micros('m.occurred_at')} AS occurred_at,
           ${micros('m.received_at')} AS received_at`;

/** What was received in the span's life: after the deletion before it, up to the one that ended it. */
const THIS_LIFE = (column: string): string =>
  `${column} > to_timestamp(span.b / 1e6) AND ${column} <= to_timestamp(span.u / 1e6)`;

/**
 * For each span of late events the events in it and the first one behind it, with the number of the
 * span. An effective time within five minutes of `occurred_at` bounds the scan. Index:
 * health_messages (service_name, occurred_at).
 */
export const READ_SPANS = {
  name: 'read_spans',
  text: `
    WITH span AS (
      SELECT n, s, i, b, u, to_timestamp(lo / 1e6) AS lo, to_timestamp(hi / 1e6) AS hi
        FROM json_to_recordset($1::json) AS e (
          n integer, s text, i text, b float8, u float8, lo float8, hi float8))
    SELECT span.n, found.* FROM span
     CROSS JOIN LATERAL (
       (SELECT ${EVENT}
          FROM health_messages m
         WHERE m.service_name = span.s COLLATE "C" AND m.instance_id = span.i COLLATE "C"
           AND m.occurred_at >= span.lo AND m.occurred_at <= span.hi + ${AHEAD}
           AND ${EFFECTIVE} >= span.lo AND ${EFFECTIVE} <= span.hi
           AND ${THIS_LIFE('m.received_at')})
       UNION ALL
       (SELECT ${EVENT}
          FROM (SELECT f.occurred_at
                  FROM health_messages f
                 WHERE f.service_name = span.s COLLATE "C" AND f.instance_id = span.i COLLATE "C"
                   AND f.occurred_at > span.hi AND f.received_at > span.hi
                   AND ${THIS_LIFE('f.received_at')}
                 ORDER BY f.occurred_at LIMIT 1) AS following
          JOIN health_messages m
            ON m.service_name = span.s COLLATE "C" AND m.instance_id = span.i COLLATE "C"
           AND m.occurred_at > span.hi AND m.received_at > span.hi
           AND m.occurred_at <= following.occurred_at + ${AHEAD}
           AND ${THIS_LIFE('m.received_at')}
         ORDER BY ${EFFECTIVE}, m.received_at, m.message_id LIMIT 1)) AS found`,
};

/**
 * The status just before each span; no row where the instance had none.
 * Index: health_transitions (service_name, instance_id, occurred_at).
 */
export const READ_STATUS_BEFORE = {
  name: 'read_status_before',
  text: `
    SELECT span.n, t.to_status AS status
      FROM json_to_recordset($1::json) AS span (n integer, s text, i text, b float8, u float8, lo float8)
     CROSS JOIN LATERAL (
       SELECT x.to_status FROM health_transitions x
        WHERE x.service_name = span.s COLLATE "C" AND x.instance_id = span.i COLLATE "C"
          AND x.occurred_at < to_timestamp(span.lo / 1e6)
          AND ${THIS_LIFE('x.received_at')}
        ORDER BY x.occurred_at DESC, x.received_at DESC, x.message_id DESC LIMIT 1) AS t`,
};

/** Takes back the transitions from each span's begin up to the event behind it (o, r, m). */
export const DELETE_TRANSITIONS = {
  name: 'delete_transitions',
  text: `
    DELETE FROM health_transitions t
     USING json_to_recordset($1::json) AS span (
             s text, i text, b float8, u float8, lo float8, o float8, r float8, m uuid)
     WHERE t.service_name = span.s COLLATE "C" AND t.instance_id = span.i COLLATE "C"
       AND t.occurred_at >= to_timestamp(span.lo / 1e6)
       AND ${THIS_LIFE('t.received_at')}
       AND (t.occurred_at, t.received_at, t.message_id)
           <= (to_timestamp(span.o / 1e6), to_timestamp(span.r / 1e6), span.m)`,
};

/**
 * An instance has reported its status since its newest transition; it shows it since then, or since
 * it was heard again.
 */
export const RESET_STATUS_SINCE = {
  name: 'reset_status_since',
  text: `
    UPDATE service_instances i SET
      reported_since = t.occurred_at,
      status_since = CASE WHEN i.current_status = 'stale' THEN i.status_since
                          ELSE greatest(t.occurred_at, i.recovered_at) END
      FROM json_to_recordset($1::json) AS span (s text, i text, b float8, u float8)
     CROSS JOIN LATERAL (
       SELECT x.occurred_at FROM health_transitions x
        WHERE x.service_name = span.s COLLATE "C" AND x.instance_id = span.i COLLATE "C"
          AND ${THIS_LIFE('x.received_at')}
        ORDER BY x.occurred_at DESC, x.received_at DESC, x.message_id DESC LIMIT 1) AS t
     WHERE i.service_name = span.s COLLATE "C" AND i.instance_id = span.i COLLATE "C"
       AND i.reported_since <> t.occurred_at`,
};
