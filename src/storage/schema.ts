import pg from 'pg';
import type { DataSource } from 'typeorm';
import { FORCE_SETTING } from '../../migrations/support/ddl.js';
import type { Environment } from '../config/environment.js';
import { CONNECT_TIMEOUT_MS, createDataSource } from './data-source.js';
import { executedMigrations, foreignTables } from './schema-state.js';
import { sqlStateOf } from './sql-errors.js';

/** The database cannot serve this application until somebody changes it; the message says how, in one sentence. */
export class SchemaRefusedError extends Error {
  override readonly name = 'SchemaRefusedError';
}

type SchemaSettings = Pick<
  Environment,
  'DATABASE_URL' | 'DATABASE_SCHEMA' | 'DATABASE_POOL_SIZE' | 'HEALTH_INSTANCE_ID'
>;

/** Any number that no other application on the same server is likely to take: 'heal' in ASCII. */
const MIGRATION_LOCK = 0x6865616c;
/** Migrations create tables only; a longer wait means that another session holds them. */
const MIGRATION_TIMEOUT_MS = 120_000;

/**
 * Brings the schema up to date. Instances that call this at once take turns under an advisory lock;
 * all but the first find nothing left to do.
 *
 * @returns the names of the migrations that were run, in order.
 * @throws SchemaRefusedError where TimescaleDB is missing or a table of ours is somebody else's.
 */
export async function migrate(settings: SchemaSettings): Promise<string[]> {
  return await underLock(settings, async (dataSource, client) => {
    await refuseWithoutTimescale(client);
    await ensureSchema(client, settings.DATABASE_SCHEMA);
    await refuseForeignTables(dataSource, settings.DATABASE_SCHEMA);
    const done = await dataSource.runMigrations({ transaction: 'each' });
    return done.map(({ name }) => name);
  });
}

/**
 * Takes back the newest migration.
 *
 * @returns its name, or null where none is left.
 * @throws SchemaRefusedError where a table still holds rows and `force` is false.
 */
export async function revert(settings: SchemaSettings, force: boolean): Promise<string | null> {
  return await underLock(settings, async (dataSource) => {
    const before = await executedMigrations(dataSource);
    const newest = before.at(-1);
    if (newest === undefined) return null;
    await dataSource.query(`SET ${FORCE_SETTING} = '${force ? 'on' : 'off'}'`);
    try {
      await dataSource.undoLastMigration({ transaction: 'each' });
    } catch (error) {
      if (error instanceof Error && error.name === 'TableNotEmptyError') {
        throw new SchemaRefusedError(error.message);
      }
      throw error;
    }
    return newest;
  });
}

/** The lock has a session of its own, the migrations a pool of one connection. */
async function underLock<T>(
  settings: SchemaSettings,
  work: (dataSource: DataSource, client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: settings.DATABASE_URL,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: MIGRATION_TIMEOUT_MS,
    application_name: `health-monitor migration ${settings.HEALTH_INSTANCE_ID}`.slice(0, 63),
  });
  client.on('error', () => undefined); // the query that is under way reports it
  const dataSource = createDataSource({ ...settings, DATABASE_POOL_SIZE: 1 });
  dataSource.setOptions({
    extra: {
      ...(dataSource.options.extra as Record<string, unknown>),
      statement_timeout: MIGRATION_TIMEOUT_MS,
      query_timeout: MIGRATION_TIMEOUT_MS,
    },
  });
  try {
    await client.connect();
    await client.query('SELECT pg_advisory_lock($1, hashtext($2))', [
      MIGRATION_LOCK,
      settings.DATABASE_SCHEMA,
    ]);
    await dataSource.initialize();
    return await work(dataSource, client);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
    await client.end();
  }
}

async function refuseWithoutTimescale(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ database: string; version: string | null }>(
    `SELECT current_database() AS database,
            (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS version`,
  );
  if (rows[0]?.version === null) {
    throw new SchemaRefusedError(
      `database "${rows[0].database}" has no TimescaleDB extension: ` +
        'run CREATE EXTENSION timescaledb in it as a superuser',
    );
  }
}

async function ensureSchema(client: pg.Client, schema: string): Promise<void> {
  const { rows } = await client.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
  if (rows.length > 0) return;
  try {
    await client.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
  } catch (error) {
    if (sqlStateOf(error) !== '42501') throw error;
    throw new SchemaRefusedError(
      `schema "${schema}" does not exist and this role may not create it: ` +
        `run CREATE SCHEMA "${schema}" AUTHORIZATION this role as the database's owner`,
    );
  }
}

async function refuseForeignTables(dataSource: DataSource, schema: string): Promise<void> {
  const foreign = await foreignTables(dataSource, schema);
  if (foreign.length === 0) return;
  throw new SchemaRefusedError(
    `schema "${schema}" already holds ${foreign.join(', ')} ` +
      'of another application: set DATABASE_SCHEMA to a schema of its own',
  );
}
