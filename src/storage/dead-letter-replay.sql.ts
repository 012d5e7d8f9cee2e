import { micros } from './time-columns.js';

/** Statements by which a dead letter is replayed, in one transaction; $1 is its number where it is asked for. */

/** Whoever replays the same letter waits until this transaction ends. Index: the primary key. */
export const LOCK_LETTER = {
  name: 'lock_dead_letter',
  text: `
    SELECT d.journal_id, d.event_index, d.source, d.reason, d.detail, d.raw,
           ${micros('d.received_at')} AS received_at_us, d.replayed_at IS NOT NULL AS is_replayed
      FROM health_dead_letters d
     WHERE d.id = $1::bigint
       FOR UPDATE`,
};

/** Index: the primary key (occurred_at, message_id). */
export const IS_STORED = {
  name: 'is_event_stored',
  text: `
    SELECT EXISTS (SELECT FROM health_messages m
                    WHERE m.occurred_at = to_timestamp($1::float8 / 1e6) AND m.message_id = $2::uuid)
             AS is_stored`,
};

/**
 * Where the audit log of a service begins: at its first event, or where nothing was removed from then on; and
 * its first transition, which is older where events were removed. Index: health_messages (service_name,
 * occurred_at); the primary keys of health_transitions and health_retention.
 */
export const READ_LOG_BEGIN = {
  name: 'read_log_begin',
  text: `
    SELECT greatest((SELECT ${micros('min(m.occurred_at)')} FROM health_messages m
                      WHERE m.service_name = $1),
                    (SELECT ${micros('greatest(r.messages_from, now() - make_interval(days => r.policy_days))')}
                       FROM health_retention r)) AS log_begin_us,
           (SELECT ${micros('min(t.occurred_at)')} FROM health_transitions t
             WHERE t.service_name = $1) AS history_begin_us`,
};

export const MARK_REPLAYED = {
  name: 'mark_dead_letter_replayed',
  text: `
    UPDATE health_dead_letters SET replayed_at = now(), attempts = attempts + 1 WHERE id = $1::bigint`,
};

/** What keeps the event out now. */
export const MARK_REJECTED = {
  name: 'mark_dead_letter_rejected',
  text: `
    UPDATE health_dead_letters SET reason = $2, detail = $3, attempts = attempts + 1
     WHERE id = $1::bigint`,
};

export const SAVEPOINT = { name: 'savepoint_replay', text: 'SAVEPOINT replay' };
export const BACK_TO_SAVEPOINT = {
  name: 'back_to_savepoint_replay',
  text: 'ROLLBACK TO SAVEPOINT replay',
};
