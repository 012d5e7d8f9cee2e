import { micros } from '../storage/time-columns.js';
import { inLife } from './lives.sql.js';

const EFFECTIVE = 'least(m.occurred_at, m.received_at)';

/**
 * The newest transition before the moment $5: what was reported there is known, and nothing counts
 * towards a change yet. Index: health_transitions (service_name, instance_id, occurred_at).
 */
export const READ_ANCHOR = {
  name: 'read_anchor',
  text: `
    SELECT t.to_status AS status, ${micros('t.occurred_at')} AS effective_at,
           ${micros('t.received_at')} AS received_at, t.message_id
      FROM health_transitions t
     WHERE ${inLife('t')} AND t.occurred_at < to_timestamp($5::float8 / 1e6)
     ORDER BY t.occurred_at DESC, t.received_at DESC, t.message_id DESC LIMIT 1`,
};

/**
 * Where it is known again what an instance reports that reported $6 at the moment $5, but for events that
 * counted towards a change by then: at its first event of that status, which ends every count, or at its first
 * transition. Index: health_messages (service_name, occurred_at); health_transitions (service_name,
 * instance_id, occurred_at).
 */
export const READ_FIRST_KNOWN = {
  name: 'read_first_known',
  text: `
    (SELECT m.status, ${micros(EFFECTIVE)} AS effective_at, ${micros('m.received_at')} AS received_at,
            m.message_id, false AS is_transition
       FROM health_messages m
      WHERE ${inLife('m')} AND m.occurred_at >= to_timestamp($5::float8 / 1e6)
        AND ${EFFECTIVE} >= to_timestamp($5 / 1e6) AND m.status = $6
      ORDER BY ${EFFECTIVE}, m.received_at, m.message_id LIMIT 1)
    UNION ALL
    (SELECT t.to_status, ${micros('t.occurred_at')}, ${micros('t.received_at')}, t.message_id, true
       FROM health_transitions t
      WHERE ${inLife('t')} AND t.occurred_at >= to_timestamp($5 / 1e6)
      ORDER BY t.occurred_at, t.received_at, t.message_id LIMIT 1)
    ORDER BY effective_at, received_at, message_id LIMIT 1`,
};

/**
 * The events behind the position ($5, $6, $7), the first $8 of them, in order. An effective time is
 * never later than `occurred_at`. Index: health_messages (service_name, occurred_at).
 */
export const READ_REPORTS = {
  name: 'read_reports',
  text: `
    SELECT m.status, m.message_id, ${micros('m.occurred_at')} AS occurred_at,
           ${micros('m.received_at')} AS received_at
      FROM health_messages m
     WHERE ${inLife('m')} AND m.occurred_at >= to_timestamp($5::float8 / 1e6)
       AND (${EFFECTIVE}, m.received_at, m.message_id)
           > (to_timestamp($5 / 1e6), to_timestamp($6 / 1e6), $7::uuid)
     ORDER BY ${EFFECTIVE}, m.received_at, m.message_id LIMIT $8`,
};

/** Index: health_transitions (service_name, instance_id, occurred_at). */
export const DELETE_TRANSITIONS_BEHIND = {
  name: 'delete_transitions_behind',
  text: `
    DELETE FROM health_transitions t
     WHERE ${inLife('t')} AND t.occurred_at >= to_timestamp($5::float8 / 1e6)
       AND (t.occurred_at, t.received_at, t.message_id)
           > (to_timestamp($5 / 1e6), to_timestamp($6 / 1e6), $7::uuid)`,
};

/** What the instance reports by now. Index: the primary key. */
export const WRITE_REPORTED = {
  name: 'write_reported',
  text: `
    UPDATE service_instances i SET
      reported_status = $3, streak = $4, reported_since = to_timestamp($5::float8 / 1e6),
      current_status = CASE WHEN i.current_status = 'stale' THEN 'stale' ELSE $3 END,
      status_since = CASE WHEN i.current_status = 'stale' THEN i.status_since
                          ELSE greatest(to_timestamp($5 / 1e6), i.recovered_at) END,
      due_at = CASE WHEN $3 = 'left' THEN NULL ELSE i.due_at END
     WHERE i.service_name = $1 AND i.instance_id = $2`,
};
