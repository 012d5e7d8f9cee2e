import { randomInt } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Environment } from '../../config/environment.js';
import { textOf } from '../../runtime/error-text.js';
import { createDataSource } from '../../storage/data-source.js';
import { Database } from '../../storage/database.js';
import { sqlStateOf } from '../../storage/sql-errors.js';
import { CheckFailed } from './checklist.js';
import type { Deployment } from './deployment.js';
import { eventually } from './eventually.js';
import { COUNT_WAITING, READ_DATABASE } from './statements.sql.js';

/** Below the time after which the product's own sessions end a statement. */
const ALL_AT_ONCE_MS = 3_000;
/** Longer than any statement of a session may take. */
const LONG_STATEMENT_SECONDS = 15;
const MAX_LOCK = 2 ** 31 - 1;
/** SQLSTATE of a statement that the server ended. Source: PostgreSQL, appendix A. */
const QUERY_CANCELED = '57014';

/** It can be reached, is the product's, and takes changes. */
export async function connection(deployment: Deployment): Promise<string> {
  await deployment.connectDatabase();
  const found = await deployment.row<{
    version: string;
    name: string;
    is_read_only: boolean;
    is_standby: boolean;
    has_tables: boolean;
  }>(READ_DATABASE);
  const { DATABASE_SCHEMA: schema } = deployment.environment;
  if (!found.has_tables) {
    throw new CheckFailed(
      `schema "${schema}" of database "${found.name}" holds no tables of health-monitor: ` +
        `DATABASE_URL or DATABASE_SCHEMA is not the deployment's, or nothing has started yet`,
    );
  }
  if (found.is_standby) {
    throw new CheckFailed(
      `database "${found.name}" is read-only, a standby: DATABASE_URL must name the primary`,
    );
  }
  if (found.is_read_only) {
    throw new CheckFailed(
      `database "${found.name}" is read-only: no event is stored until default_transaction_read_only is off again`,
    );
  }
  return `PostgreSQL ${found.version}, database "${found.name}", schema "${schema}"`;
}

/** As many statements as the pool has connections are under way in the same moment. */
export async function pool(environment: Environment, signal: AbortSignal): Promise<string> {
  const { DATABASE_POOL_SIZE: size } = environment;
  return await withPool(environment, async (pool) => {
    const { clients, problem } = await connections(pool, size);
    const [first, ...others] = clients;
    try {
      if (first === undefined || clients.length < size) {
        throw new CheckFailed(
          `only ${String(clients.length)} of ${String(size)} connections could be had beside those of the deployment (${problem}): ` +
            `raise max_connections, or lower DATABASE_POOL_SIZE`,
        );
      }
      await allAtOnce(first, others, signal);
    } finally {
      for (const client of clients) client.release(true);
    }
    return `${String(size)} statements under way at once on ${String(size)} connections`;
  });
}

/** The server ends a statement that takes longer than the product's sessions allow. */
export async function statementTimeout(deployment: Deployment): Promise<string> {
  const startedMs = performance.now();
  try {
    await deployment.pool.query('SELECT pg_sleep($1)', [LONG_STATEMENT_SECONDS]);
  } catch (error) {
    if (sqlStateOf(error) === QUERY_CANCELED) {
      const ms = Math.round(performance.now() - startedMs);
      return `the server ended a long statement after ${String(ms)} ms`;
    }
    throw new CheckFailed(`the server did not end a long statement: ${textOf(error)}`);
  }
  throw new CheckFailed(
    `a statement of ${String(LONG_STATEMENT_SECONDS)} s was not ended: something between here and PostgreSQL drops statement_timeout`,
  );
}

async function withPool<T>(environment: Environment, work: (pool: Pool) => Promise<T>): Promise<T> {
  const dataSource = await createDataSource(environment).initialize();
  try {
    const { pool } = new Database(dataSource);
    if (pool === null) throw new CheckFailed('the database has not been reached');
    return await work(pool);
  } finally {
    await dataSource.destroy();
  }
}

async function connections(
  pool: Pool,
  count: number,
): Promise<{ readonly clients: readonly PoolClient[]; readonly problem: string }> {
  const attempts = await Promise.allSettled(
    Array.from({ length: count }, async () => await pool.connect()),
  );
  const clients = attempts.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const refused = attempts.find((one) => one.status === 'rejected');
  return { clients, problem: refused === undefined ? 'no reason given' : textOf(refused.reason) };
}

/** The first one holds a lock for which the others wait, each in a statement, and counts them in its own. */
async function allAtOnce(
  first: PoolClient,
  others: readonly PoolClient[],
  signal: AbortSignal,
): Promise<void> {
  const lock = [randomInt(MAX_LOCK), randomInt(MAX_LOCK)];
  await first.query('SELECT pg_advisory_lock($1, $2)', lock);
  const waiting = Promise.allSettled(
    others.map(
      async (client) => await client.query('SELECT pg_advisory_lock_shared($1, $2)', lock),
    ),
  );
  let seen = 0;
  try {
    await eventually(
      ALL_AT_ONCE_MS,
      signal,
      async () => {
        const { rows } = await first.query<{ n: number }>(COUNT_WAITING, lock);
        seen = rows[0]?.n ?? 0;
        return seen === others.length ? true : null;
      },
      () =>
        `only ${String(seen + 1)} of ${String(others.length + 1)} statements were under way at once: a pooler between here and PostgreSQL allows no more`,
    );
  } finally {
    await first.query('SELECT pg_advisory_unlock($1, $2)', lock);
    await waiting;
  }
}
