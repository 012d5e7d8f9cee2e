import { inRange, micros } from '../storage/time-columns.js';

/**
 * Statements that read what makes a service's timeline: changes of its instances, deletions and
 * settings. All have a place in one order, by (occurred_at, received_at, message_id, instance_id);
 * what no event made stands behind the events of its moment, under a message id of its own.
 *
 * Each source is read in its order and cut off by itself; a union of them is small.
 */

const DELETION_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const SETTINGS_ID = 'ffffffff-ffff-ffff-ffff-fffffffffffe';

const changesOf = (view: string): string =>
  `SELECT 'change' AS kind, c.*, null::integer AS expected_instances FROM ${view} c`;

/**
 * The parts of the view instance_transitions. Index: health_transitions by its primary key, and for
 * one instance (service_name, instance_id, occurred_at); health_silences (service_name, due_at),
 * (service_name, ends_at) and the primary key.
 */
const CHANGES = ['reported_transitions', 'silence_starts', 'silence_ends'].map(changesOf);

/** Index: service_deletions (service_name, deleted_at). */
const DELETIONS = `
      SELECT 'deletion' AS kind, d.service_name, coalesce(d.instance_id, '') AS instance_id,
             d.deleted_at AS occurred_at, d.received_through AS received_at,
             '${DELETION_ID}'::uuid AS message_id, null::text AS from_status,
             null::text AS to_status, d.reason, null::integer AS expected_instances
        FROM service_deletions d`;

/** Index: the primary key. */
const SETTINGS = `
      SELECT 'settings' AS kind, w.service_name, '' COLLATE "C" AS instance_id,
             w.changed_at AS occurred_at, w.changed_at AS received_at,
             '${SETTINGS_ID}'::uuid AS message_id, null::text AS from_status,
             null::text AS to_status, 'settings' AS reason, w.expected_instances
        FROM service_settings w`;

const TIMELINE = [...CHANGES, DELETIONS, SETTINGS];

const PLACE = ['occurred_at', 'received_at', 'message_id', 'instance_id'] as const;
const NEWEST_FIRST = PLACE.map((key) => `${key} DESC`).join(', ');
const OLDEST_FIRST = PLACE.join(', ');
const placeOf = (row: string): string => `(${PLACE.map((key) => `${row}.${key}`).join(', ')})`;

const COLUMNS = `instance_id, from_status, to_status, ${micros('occurred_at')} AS occurred_at,
           ${micros('received_at')} AS received_at, reason, message_id, expected_instances`;

/** The rows of each source that a condition on `t` selects, in order, at most as many as the limit says. */
const inOrder = (
  sources: readonly string[],
  condition: string,
  order: string,
  limit: string,
): string => `
    SELECT * FROM (
      ${sources
        .map(
          (source) => `(
      SELECT t.* FROM (${source}) AS t
       WHERE t.service_name = $1 AND ${condition}
       ORDER BY ${order} LIMIT ${limit})`,
        )
        .join(' UNION ALL ')}) AS merged
     ORDER BY ${order} LIMIT ${limit}`;

/** Newest first, in a range ($2, $3), of one instance ($4) or all, behind a place ($5, $6, $7, $8). */
const page = (sources: readonly string[], condition = 'true'): string =>
  inOrder(
    sources,
    `${condition} AND ${inRange('t.occurred_at', '$2', '$3')}
         AND ($4::text IS NULL OR t.instance_id = $4)
         AND ($5::float8 IS NULL OR t.occurred_at <= to_timestamp($5 / 1e6))
         AND ($5::float8 IS NULL
              OR ${placeOf('t')}
                 < (to_timestamp($5 / 1e6), to_timestamp($6 / 1e6), $7::uuid, $8 COLLATE "C"))`,
    NEWEST_FIRST,
    '$9',
  );

/**
 * What was ahead of the place in the relation `place`: each instance's newest change, but of those that
 * were deleted since; the newest settings; and whether there was anything. Names of instances are found
 * one after the other, each by one probe.
 */
const AHEAD = `
    instance (id) AS (
      (SELECT t.instance_id FROM health_transitions t
        WHERE t.service_name = $1 ORDER BY t.instance_id LIMIT 1)
      UNION ALL
      SELECT (SELECT t.instance_id FROM health_transitions t
               WHERE t.service_name = $1 AND t.instance_id > instance.id
               ORDER BY t.instance_id LIMIT 1)
        FROM instance WHERE instance.id IS NOT NULL),
    newest AS MATERIALIZED (
      SELECT change.*
        FROM place CROSS JOIN instance
       CROSS JOIN LATERAL (${inOrder(
         CHANGES,
         `t.instance_id = instance.id AND t.occurred_at <= place.occurred_at
         AND ${placeOf('t')} < ${placeOf('place')}`,
         NEWEST_FIRST,
         '1',
       )}) AS change
       WHERE instance.id IS NOT NULL),
    deleted AS (
      SELECT t.instance_id, max(t.received_at) AS received_through
        FROM place CROSS JOIN (${DELETIONS}) AS t
       WHERE t.service_name = $1 AND ${placeOf('t')} < ${placeOf('place')}
       GROUP BY t.instance_id),
    ahead AS (
      SELECT newest.*
        FROM newest
        LEFT JOIN deleted AS itself ON itself.instance_id = newest.instance_id
        LEFT JOIN deleted AS service ON service.instance_id = ''
       WHERE newest.received_at
             > coalesce(greatest(itself.received_through, service.received_through), '-infinity')),
    in_force AS (
      SELECT t.* FROM place CROSS JOIN (${SETTINGS}) AS t
       WHERE t.service_name = $1 AND ${placeOf('t')} < ${placeOf('place')}
       ORDER BY t.occurred_at DESC LIMIT 1)`;

const READ_AHEAD = `
    SELECT 'ahead' AS kind, ${COLUMNS} FROM ahead
    UNION ALL
    SELECT 'in_force', ${COLUMNS} FROM in_force
    UNION ALL
    (SELECT 'known', ${COLUMNS} FROM newest LIMIT 1)`;

/** One instance's changes, newest first. */
export const READ_TRANSITIONS = `
    WITH page AS (${page(CHANGES)})
    SELECT kind, ${COLUMNS} FROM page ORDER BY ${PLACE.map((key) => `page.${key} DESC`).join(', ')}`;

/** Where some of the histories was removed, what is left of them makes no timeline of a service. */
const IS_WHOLE = `t.occurred_at
           >= coalesce((SELECT r.history_from FROM health_retention r), '-infinity')`;

/** A page of the service's timeline, newest first, and what was ahead of it, of one moment. */
export const READ_TIMELINE = `
    WITH RECURSIVE page AS MATERIALIZED (${page(TIMELINE, IS_WHOLE)}),
    place AS (SELECT ${PLACE.join(', ')} FROM page ORDER BY ${OLDEST_FIRST} LIMIT 1),
    ${AHEAD}
    SELECT kind, ${COLUMNS} FROM page
    UNION ALL ${READ_AHEAD}`;

/** What was ahead of a moment ($2, in microseconds). */
export const READ_TIMELINE_AHEAD = {
  name: 'read_timeline_ahead',
  text: `
    WITH RECURSIVE place AS (
      SELECT to_timestamp($2::float8 / 1e6) AS occurred_at, '-infinity'::timestamptz AS received_at,
             '00000000-0000-0000-0000-000000000000'::uuid AS message_id,
             '' COLLATE "C" AS instance_id),
    ${AHEAD} ${READ_AHEAD}`,
};

/** The timeline, oldest first, behind a place ($2, $3, $4, $5) and before a moment ($6). */
export const READ_TIMELINE_FORWARD = {
  name: 'read_timeline_forward',
  text: `
    WITH page AS (${inOrder(
      TIMELINE,
      `t.occurred_at >= to_timestamp($2::float8 / 1e6)
         AND t.occurred_at < to_timestamp($6::float8 / 1e6)
         AND ${placeOf('t')}
             > (to_timestamp($2 / 1e6), to_timestamp($3::float8 / 1e6), $4::uuid, $5 COLLATE "C")`,
      OLDEST_FIRST,
      '$7',
    )})
    SELECT kind, ${COLUMNS} FROM page ORDER BY ${PLACE.map((key) => `page.${key}`).join(', ')}`,
};

export const INSERT_TRANSITIONS = {
  name: 'insert_transitions',
  text: `
    INSERT INTO health_transitions (
      occurred_at, service_name, instance_id, message_id, received_at, from_status, to_status, reason)
    SELECT to_timestamp(e.o / 1e6), e.s, e.i, e.m, to_timestamp(e.r / 1e6), e.f, e.t, e.w
      FROM json_to_recordset($1::json) AS e (
        o float8, s text, i text, m uuid, r float8, f text, t text, w text)`,
};
