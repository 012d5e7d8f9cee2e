import { micros } from '../storage/time-columns.js';

/**
 * Statements that remove history before a moment $1 (µs), $2 rows at most, but for what still tells how things
 * stood at that moment. Every one of them is the whole truth about what of its table may go.
 */

interface Statement {
  readonly name: string;
  readonly text: string;
}

/** A chunk, by its name as READ_OLD_CHUNKS gives it, for as long as it is looked at and dropped. */
export const lockChunk = (name: string): Statement => ({
  name: '',
  text: `LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`,
});

export const hasRows = (name: string): Statement => ({
  name: '',
  text: `SELECT EXISTS (SELECT FROM ${name}) AS has_rows`,
});

/**
 * So many days ago ($1), or where the audit log begins, if that is earlier: what is computed anew from it must find
 * the histories as it left them. It holds no event before its oldest chunk, and an effective time is five minutes
 * earlier at the most.
 */
export const READ_BOUND = {
  name: 'read_history_bound',
  text: `
    SELECT ${micros(`least(
             now() - make_interval(days => $1::integer),
             (SELECT min(c.range_start) - interval '5 minutes'
                FROM timescaledb_information.chunks c
               WHERE c.hypertable_schema = current_schema()
                 AND c.hypertable_name = 'health_messages'))`)} AS bound_us`,
};

/** From now on history before the moment $1 may be gone. Never back. Index: the primary key. */
export const RECORD_BOUND = {
  name: 'record_history_bound',
  text: `
    INSERT INTO health_retention AS r (history_from) VALUES (to_timestamp($1::float8 / 1e6))
    ON CONFLICT (is_only) DO UPDATE SET history_from = greatest(r.history_from, excluded.history_from)`,
};

const BOUND = `to_timestamp($1::float8 / 1e6)`;

/** A deletion before the bound after which nothing was received of what the row `of` tells. */
const wasDeleted = (of: string): string => `
           EXISTS (SELECT FROM service_deletions d
                    WHERE d.service_name = ${of}.service_name
                      AND (d.instance_id IS NULL OR d.instance_id = ${of}.instance_id)
                      AND d.deleted_at < ${BOUND} AND d.received_through >= ${of}.received_at)`;

const removal = (
  table: string,
  alias: string,
  key: readonly string[],
  where: string,
  /** What the planner cannot conclude from the key. */
  also = 'true',
): Statement => ({
  name: `remove_old_${table}`,
  text: `
    WITH gone AS (
      SELECT ${key.map((column) => `${alias}.${column}`).join(', ')}
        FROM ${table} ${alias}
       WHERE ${where}
       LIMIT $2),
    removed AS (
      DELETE FROM ${table} ${alias} USING gone
       WHERE ${key.map((column) => `${alias}.${column} = gone.${column}`).join(' AND ')}
         AND ${also}
      RETURNING 1)
    SELECT count(*)::integer AS rows FROM removed`,
});

/**
 * An instance's newest transition before the bound says what it was there, however old it is; unless the
 * instance was deleted since, and then that of its service says that it was known. Index: the primary key;
 * health_transitions (service_name, instance_id, occurred_at).
 */
const TRANSITIONS = removal(
  'health_transitions',
  't',
  ['service_name', 'occurred_at', 'instance_id', 'message_id', 'received_at'],
  `t.occurred_at < ${BOUND}
         AND (EXISTS (
                SELECT FROM health_transitions n
                 WHERE n.service_name = t.service_name AND n.instance_id = t.instance_id
                   AND n.occurred_at >= t.occurred_at AND n.occurred_at < ${BOUND}
                   AND (n.occurred_at, n.received_at, n.message_id)
                       > (t.occurred_at, t.received_at, t.message_id))
              OR (${wasDeleted('t')}
                  AND (EXISTS (
                         SELECT FROM health_transitions n
                          WHERE n.service_name = t.service_name
                            AND n.occurred_at >= t.occurred_at AND n.occurred_at < ${BOUND}
                            AND (n.occurred_at, n.received_at, n.message_id, n.instance_id)
                                > (t.occurred_at, t.received_at, t.message_id, t.instance_id))
                       OR NOT EXISTS (
                         SELECT FROM service_status s WHERE s.service_name = t.service_name))))`,
  `t.occurred_at < ${BOUND}`,
);

/** The newest silence of an instance's present life says when it was heard again. Index: the primary keys. */
const SILENCES = removal(
  'health_silences',
  's',
  ['service_name', 'instance_id', 'due_at'],
  `s.ends_at < ${BOUND}
         AND (NOT EXISTS (
                SELECT FROM service_instances i
                 WHERE i.service_name = s.service_name AND i.instance_id = s.instance_id)
              OR ${wasDeleted('s')}
              OR EXISTS (
                SELECT FROM health_silences n
                 WHERE n.service_name = s.service_name AND n.instance_id = s.instance_id
                   AND n.due_at > s.due_at AND n.ends_at < ${BOUND}))`,
);

/** What was said last of a service before the bound holds there. Index: health_status_changes (service_name, changed_at, id). */
const STATUS_CHANGES = removal(
  'health_status_changes',
  'c',
  ['id'],
  `c.changed_at < ${BOUND}
         AND (NOT EXISTS (SELECT FROM service_status s WHERE s.service_name = c.service_name)
              OR EXISTS (
                SELECT FROM health_status_changes n
                 WHERE n.service_name = c.service_name AND n.changed_at < ${BOUND}
                   AND (n.changed_at, n.id) > (c.changed_at, c.id)))`,
);

/** The newest settings before the bound are in force there, also of a service that may come back. Index: the primary key. */
const SETTINGS = removal(
  'service_settings',
  'w',
  ['service_name', 'changed_at'],
  `w.changed_at < ${BOUND}
         AND EXISTS (
               SELECT FROM service_settings n
                WHERE n.service_name = w.service_name
                  AND n.changed_at > w.changed_at AND n.changed_at < ${BOUND})`,
);

/**
 * A deletion keeps what was received before it from counting: it goes after all of that. The audit log holds
 * nothing from before the bound. Index: service_deletions (service_name, deleted_at); the primary keys of
 * health_transitions and health_silences.
 */
const DELETIONS = removal(
  'service_deletions',
  'd',
  ['id'],
  `d.deleted_at < ${BOUND} AND d.received_through < ${BOUND}
         AND NOT EXISTS (
               SELECT FROM health_transitions t
                WHERE t.service_name = d.service_name
                  AND (d.instance_id IS NULL OR t.instance_id = d.instance_id)
                  AND t.occurred_at <= d.received_through AND t.received_at <= d.received_through)
         AND NOT EXISTS (
               SELECT FROM health_silences s
                WHERE s.service_name = d.service_name
                  AND (d.instance_id IS NULL OR s.instance_id = d.instance_id)
                  AND s.received_at <= d.received_through)`,
);

/** Gaps that silences were checked against. Index: health_gaps (started_at, id). */
const GAPS = removal(
  'health_gaps',
  'g',
  ['id'],
  `g.started_at < ${BOUND} AND g.ended_at < ${BOUND} AND g.is_settled`,
);

const HOLDS = removal(
  'health_holds',
  'h',
  ['service_name', 'instance_id', 'due_at'],
  `h.ended_at < ${BOUND}`,
);

const SELF_PRESERVATION = removal(
  'self_preservation',
  'p',
  ['id'],
  `p.released_at < ${BOUND}
         AND EXISTS (SELECT FROM self_preservation n WHERE n.released_at > p.released_at)`,
);

/** Index: the primary key (minute, boot_id). */
const ACCOUNTING = removal('health_accounting', 'a', ['minute', 'boot_id'], `a.minute < ${BOUND}`);

/** In this order: deletions after what they keep from counting. */
export const REMOVALS: readonly (readonly [table: string, statement: Statement])[] = [
  ['health_transitions', TRANSITIONS],
  ['health_silences', SILENCES],
  ['service_deletions', DELETIONS],
  ['health_status_changes', STATUS_CHANGES],
  ['service_settings', SETTINGS],
  ['health_gaps', GAPS],
  ['health_holds', HOLDS],
  ['self_preservation', SELF_PRESERVATION],
  ['health_accounting', ACCOUNTING],
];
