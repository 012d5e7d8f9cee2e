import pg from 'pg';
import { up } from '../../scripts/local-services/index.mjs';
import type { TestServices } from './services.js';
import {
  LOCAL_INSTANCE,
  MARKER_SCHEMA,
  rememberStarted,
  SERVICES_VARIABLE,
} from './services-of-run.mjs';

/**
 * Finds the services for a run, or starts private ones. The operator's DATABASE_URL and REDIS_URL
 * are never looked at; a database that does not carry the marker is refused.
 */
export default async function globalSetup(): Promise<void> {
  if (process.env[SERVICES_VARIABLE] !== undefined) return; // another project was here first
  const services = givenServices() ?? (await localServices());
  await requireMarker(services);
  process.env[SERVICES_VARIABLE] = JSON.stringify(services);
}

function givenServices(): TestServices | null {
  const { TEST_DATABASE_URL, TEST_REDIS_URL, TEST_ADMIN_DATABASE_URL, TEST_REDIS_CLI } =
    process.env;
  if (!TEST_DATABASE_URL && !TEST_REDIS_URL) return null;
  if (!TEST_DATABASE_URL || !TEST_REDIS_URL) {
    throw new Error('TEST_DATABASE_URL and TEST_REDIS_URL are given together or not at all');
  }
  return {
    databaseUrl: TEST_DATABASE_URL,
    redisUrl: TEST_REDIS_URL,
    adminDatabaseUrl: TEST_ADMIN_DATABASE_URL ?? null,
    redisCli: TEST_REDIS_CLI ?? 'redis-cli',
    isLocal: false,
  };
}

async function localServices(): Promise<TestServices> {
  const instance = await up({ name: LOCAL_INSTANCE });
  rememberStarted(instance.started.postgres || instance.started.redis);
  await query(instance.databaseUrl, `CREATE SCHEMA IF NOT EXISTS ${MARKER_SCHEMA}`);
  const { databaseUrl, redisUrl, adminDatabaseUrl, redisCli } = instance;
  return { databaseUrl, redisUrl, adminDatabaseUrl, redisCli, isLocal: true };
}

async function requireMarker({ databaseUrl }: TestServices): Promise<void> {
  const marker = `SELECT FROM pg_namespace WHERE nspname = '${MARKER_SCHEMA}'`;
  if ((await query(databaseUrl, marker)) > 0) return;
  throw new Error(
    `the database of TEST_DATABASE_URL is not marked as a test database: ` +
      `run CREATE SCHEMA ${MARKER_SCHEMA} in it if the tests may write there`,
  );
}

/** Returns the number of rows. */
async function query(url: string, sql: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows.length;
  } finally {
    await client.end();
  }
}
