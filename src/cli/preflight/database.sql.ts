/** What preflight asks PostgreSQL. Catalogues only: no table of ours is read, and nothing is written. */

export interface Server {
  readonly role: string;
  readonly database: string;
  /** As people write it, and as a number: 170005 is 17.5. */
  readonly version: string;
  readonly version_number: number;
  readonly is_replica: boolean;
  readonly is_read_only: boolean;
  /** Of the extension in this database; null where it is not installed there. */
  readonly timescale_version: string | null;
  /** Of the extension that the server could install; null where it has none. */
  readonly timescale_available: string | null;
  /** `timescale` or `apache`; null where the library is not loaded. */
  readonly timescale_license: string | null;
}

export const SERVER = `
  SELECT current_user::text AS role, current_database()::text AS database,
         split_part(current_setting('server_version'), ' ', 1) AS version,
         current_setting('server_version_num')::integer AS version_number,
         pg_is_in_recovery() AS is_replica,
         current_setting('transaction_read_only')::boolean AS is_read_only,
         (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS timescale_version,
         (SELECT default_version FROM pg_available_extensions
           WHERE name = 'timescaledb') AS timescale_available,
         current_setting('timescaledb.license', true) AS timescale_license`;

export interface SchemaRights {
  readonly is_there: boolean;
  readonly can_use: boolean;
  readonly can_create_tables: boolean;
  readonly can_create_schema: boolean;
}

/** $1 name of the schema. */
export const SCHEMA_RIGHTS = `
  SELECT s.oid IS NOT NULL AS is_there,
         coalesce(has_schema_privilege(s.oid, 'USAGE'), false) AS can_use,
         coalesce(has_schema_privilege(s.oid, 'CREATE'), false) AS can_create_tables,
         has_database_privilege(current_database(), 'CREATE') AS can_create_schema
    FROM (SELECT (SELECT oid FROM pg_namespace WHERE nspname = $1) AS oid) s`;

export interface TableRights {
  readonly name: string;
  readonly owner: string;
  /** Whether this role is its owner, or may act as its owner. */
  readonly is_own: boolean;
  /** Privileges of {@link TABLE_RIGHTS} that are not granted. */
  readonly missing: readonly string[];
}

/** $1 name of the schema, $2 names of tables. */
export const TABLE_RIGHTS = `
  SELECT c.relname::text AS name, pg_get_userbyid(c.relowner)::text AS owner,
         pg_has_role(c.relowner, 'USAGE') AS is_own,
         ARRAY(SELECT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p
                WHERE NOT has_table_privilege(c.oid, p)) AS missing
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = $1 AND c.relname = ANY ($2) AND c.relkind IN ('r', 'p')
   ORDER BY c.relname COLLATE "C"`;

/** $1 name of the schema. Returns a row per hypertable. */
export const HYPERTABLES = `
  SELECT hypertable_name::text AS name FROM timescaledb_information.hypertables
   WHERE hypertable_schema = $1`;

/**
 * Limits, and who uses them up beside this product, whose sessions are among those it is to have. A
 * limit of -1 is none.
 */
export interface Connections {
  readonly max: number;
  /** Kept for superusers and for roles with pg_use_reserved_connections. */
  readonly reserved: number;
  readonly role_limit: number;
  readonly database_limit: number;
  /** Sessions of others: in all, of this role, in this database. */
  readonly used: number;
  readonly used_by_role: number;
  readonly used_in_database: number;
}

/**
 * Sessions of a role that we may not look at have no type; those with a user among them are clients, or
 * workers of TimescaleDB, of which there are few.
 */
export const CONNECTIONS = `
  SELECT current_setting('max_connections')::integer AS max,
         current_setting('superuser_reserved_connections')::integer
           + coalesce(current_setting('reserved_connections', true)::integer, 0) AS reserved,
         CASE WHEN r.rolsuper THEN -1 ELSE r.rolconnlimit END AS role_limit,
         CASE WHEN r.rolsuper THEN -1 ELSE d.datconnlimit END AS database_limit,
         count(*) FILTER (WHERE NOT a.is_own)::integer AS used,
         count(*) FILTER (WHERE NOT a.is_own AND a.usename = r.rolname)::integer AS used_by_role,
         count(*) FILTER (WHERE NOT a.is_own AND a.datname = d.datname)::integer AS used_in_database
    FROM pg_roles r, pg_database d,
         (SELECT pid, usename, datname,
                 application_name LIKE 'health-monitor %' AND usename = current_user
                   AND datname = current_database() AS is_own
            FROM pg_stat_activity
           WHERE backend_type = 'client backend' OR backend_type IS NULL AND usename IS NOT NULL) a
   WHERE r.rolname = current_user AND d.datname = current_database()
   GROUP BY r.rolsuper, r.rolconnlimit, d.datconnlimit`;

/** In µs since 1970. */
export const CLOCK = `SELECT floor(extract(epoch FROM clock_timestamp()) * 1e6)::bigint::text AS us`;
