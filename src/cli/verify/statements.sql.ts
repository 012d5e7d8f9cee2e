/** What the verification asks of the database, beside what it asks over REST. $1 is a service's name. */

/** Names of services of all runs begin so; nobody else's may. */
export const RESERVED_PREFIX = 'health-monitor-verify-';

/** What the connection is good for. */
export const READ_DATABASE = `
  SELECT current_setting('server_version') AS version, current_database() AS name,
         current_setting('transaction_read_only') = 'on' AS is_read_only,
         pg_is_in_recovery() AS is_standby,
         to_regclass('health_messages') IS NOT NULL
         AND to_regclass('health_accounting') IS NOT NULL AS has_tables`;

/** Whether an instance has a session in this database; $1 is its application name. */
export const HAS_SESSION = `
  SELECT EXISTS (SELECT FROM pg_stat_activity a
                  WHERE a.datname = current_database() AND a.application_name = $1) AS has_session`;

/** How many wait for the advisory lock ($1, $2). Source: PostgreSQL, pg_locks. */
export const COUNT_WAITING = `
  SELECT count(*)::integer AS n FROM pg_locks l
   WHERE l.locktype = 'advisory' AND l.classid = $1::oid AND l.objid = $2::oid
     AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
     AND NOT l.granted`;

/** Of events ($2, ids): how many rows, and of how many events. Index: health_messages (service_name, occurred_at). */
export const COUNT_STORED = `
  SELECT count(*)::integer AS rows, count(DISTINCT m.message_id)::integer AS events
    FROM health_messages m
   WHERE m.service_name = $1 AND m.message_id = ANY ($2::uuid[])`;

/** Index: the primary key. */
export const READ_SERVICE = `
  SELECT s.current_status, s.message_count::float8 AS message_count
    FROM service_status s WHERE s.service_name = $1`;

/** Index: health_transitions (service_name, instance_id, occurred_at). */
export const READ_TRANSITIONS = `
  SELECT t.from_status, t.to_status, floor(date_part('epoch', t.occurred_at) * 1e3) AS occurred_ms
    FROM health_transitions t
   WHERE t.service_name = $1 AND t.instance_id = $2
   ORDER BY t.occurred_at, t.received_at, t.message_id`;

/** What became of events, over all instances, since $1 (ms). Index: the primary key (minute, boot_id). */
export const READ_ACCOUNTS = `
  SELECT coalesce(sum(a.read), 0)::float8 AS read, coalesce(sum(a.stored), 0)::float8 AS stored,
         coalesce(sum(a.duplicate), 0)::float8 AS duplicate,
         coalesce(sum(a.dead_lettered), 0)::float8 AS dead_lettered
    FROM health_accounting a
   WHERE a.minute >= to_timestamp($1::float8 / 1e3) - interval '2 minutes'`;

/** Holds up whoever stores an event of the service, until the transaction ends. */
export const HOLD_SERVICE = `
  SELECT FROM service_status s WHERE s.service_name = $1 FOR UPDATE`;

/** A session of an instance that waits for the session $1. */
export const READ_HELD_UP = `
  SELECT a.pid, a.application_name FROM pg_stat_activity a
   WHERE a.datname = current_database() AND a.application_name LIKE 'health-monitor %'
     AND $1::integer = ANY (pg_blocking_pids(a.pid))
   LIMIT 1`;

export const END_SESSION = `SELECT pg_terminate_backend($1::integer) AS is_ended`;

export const COUNT_SERVICES = `SELECT count(*)::integer AS n FROM service_status`;

/** Letters received since $2 (ms) whose bytes hold the name. Index: health_dead_letters (received_at, id). */
export const READ_LETTERS = `
  SELECT d.id::text AS id, d.reason, d.detail FROM health_dead_letters d
   WHERE d.received_at >= to_timestamp($2::float8 / 1e3)
     AND position(convert_to($1, 'UTF8') IN d.raw) > 0
   ORDER BY d.id`;

/** As {@link READ_LETTERS}. */
export const DELETE_LETTERS = `
  DELETE FROM health_dead_letters d
   WHERE d.received_at >= to_timestamp($2::float8 / 1e3)
     AND position(convert_to($1, 'UTF8') IN d.raw) > 0`;

/** Of runs that could not clean up: letters older than ten minutes, looked for among the newest of their kind. */
export const DELETE_LEFT_LETTERS = `
  DELETE FROM health_dead_letters d
   USING (SELECT l.id FROM health_dead_letters l
           WHERE l.reason = 'missing_status'
           ORDER BY l.received_at DESC, l.id DESC LIMIT 1000) AS newest
   WHERE d.id = newest.id AND d.received_at < now() - interval '10 minutes'
     AND position(convert_to('"${RESERVED_PREFIX}', 'UTF8') IN d.raw) > 0`;

/** Services of runs that could not clean up, not heard for ten minutes. Index: the primary key. */
export const READ_LEFT_SERVICES = `
  SELECT s.service_name FROM service_status s
   WHERE s.service_name >= '${RESERVED_PREFIX}' AND s.service_name < '${RESERVED_PREFIX}g'
     AND s.last_seen < now() - interval '10 minutes'
   ORDER BY s.service_name LIMIT 100`;

/** All tables that have rows of services, a later version's too, as they are written in statements. */
export const READ_SERVICE_TABLES = `
  SELECT quote_ident(c.table_name) AS name
    FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
   WHERE c.table_schema = current_schema() AND c.column_name = 'service_name'
     AND t.table_type = 'BASE TABLE'
   ORDER BY c.table_name`;

/** `table` as {@link READ_SERVICE_TABLES} gives it. */
export const deleteOf = (table: string): string => `DELETE FROM ${table} WHERE service_name = $1`;
export const countOf = (table: string): string =>
  `SELECT count(*)::integer AS n FROM ${table} WHERE service_name = $1`;
