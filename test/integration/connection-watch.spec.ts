import { randomBytes } from 'node:crypto';
import { finished } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { ConnectionLostError, ConnectionWatch } from '../../src/storage/connection-watch.js';
import { testServices } from '../support/services.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitUntil } from '../support/wait-until.js';

const CONNECTIONS = 3;
const NAME = `connection-watch ${process.pid}`;
/** Three seconds of patience, a second look, and a machine with other work. */
const FOUND_OUT_MS = 6_000;
/** On pg_stat_activity: a COPY that the client is to go on with. */
const WAITS_FOR_ROWS = `state = 'active' AND wait_event = 'ClientRead'`;

let proxy: TcpProxy;
let pool: pg.Pool;
let watch: ConnectionWatch;

beforeEach(async () => {
  proxy = await TcpProxy.to(testServices().databaseUrl);
  pool = new pg.Pool({
    connectionString: proxy.url,
    max: CONNECTIONS,
    application_name: NAME,
    connectionTimeoutMillis: 3_000,
  });
  pool.on('error', () => undefined); // those that lie idle when the proxy closes
  watch = new ConnectionWatch(pool);
});

afterEach(async () => {
  await pool.end();
  await proxy.close();
});

async function sessions(where: string): Promise<number> {
  const client = new pg.Client({ connectionString: testServices().databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ n: number }>(
      `SELECT count(*)::integer AS n FROM pg_stat_activity WHERE application_name = $1 AND ${where}`,
      [NAME],
    );
    return rows[0]?.n ?? 0;
  } finally {
    await client.end();
  }
}

/** Connections that lie idle beside the one that is returned, in a transaction. */
async function inTransaction(): Promise<pg.PoolClient> {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.connect()));
  const [client, ...others] = clients;
  for (const other of others) other.release();
  if (client === undefined) throw new Error('the pool gave no connection');
  client.on('error', () => undefined);
  await client.query('BEGIN; SELECT pg_advisory_xact_lock(4711)');
  return client;
}

it('a statement that does not reach the server is given up, and what its session had locked is free', async () => {
  const client = await inTransaction();
  proxy.halfOpen();
  const startedMs = performance.now();
  const lost = watch.over(client, client.query('SELECT 1'));
  await expect(lost).rejects.toBeInstanceOf(ConnectionLostError);
  expect(performance.now() - startedMs).toBeLessThan(FOUND_OUT_MS);
  client.release(true);

  await waitUntil('its session has ended', async () => {
    return (await sessions(`state = 'idle in transaction'`)) === 0;
  });
  const { rows } = await pool.query('SELECT pg_try_advisory_lock(4711) AS is_free');
  expect(rows).toEqual([{ is_free: true }]);
  expect(pool.totalCount).toBeLessThanOrEqual(CONNECTIONS);
});

it('a statement that the server works on is waited for, and costs no connection too many', async () => {
  const client = await inTransaction();
  const other = pool.query('SELECT pg_sleep(4.5)');
  const most: number[] = [];
  const counting = setInterval(() => most.push(pool.totalCount), 20);
  const answer = await watch.over(client, client.query('SELECT pg_sleep(4.5), 42 AS answer'));
  await other;
  clearInterval(counting);
  client.release();
  expect(answer.rows).toEqual([expect.objectContaining({ answer: 42 })]);
  expect(Math.max(...most)).toBeLessThanOrEqual(CONNECTIONS);
});

it('a server that cannot be asked is no reason to give up', async () => {
  const client = await inTransaction();
  const answer = watch.over(client, client.query('SELECT pg_sleep(4.5), 42 AS answer'));
  proxy.mode = 'refuse';
  expect((await answer).rows).toEqual([expect.objectContaining({ answer: 42 })]);
  client.release();
});

it('a COPY whose rows do not reach the server is given up', async () => {
  const client = await inTransaction();
  await client.query('CREATE TEMP TABLE copied (n integer)');
  const stream = client.query(copyFrom('COPY copied FROM STDIN'));
  stream.on('error', () => undefined);
  await waitUntil('the server waits for rows', async () => (await sessions(WAITS_FOR_ROWS)) === 1);
  proxy.halfOpen();
  stream.end('1\n');
  const lost = watch.over(client, finished(stream));
  await expect(lost).rejects.toBeInstanceOf(ConnectionLostError);
  client.release(true);
  await waitUntil('its session has ended', async () => (await sessions(WAITS_FOR_ROWS)) === 0);
});

it('a COPY that sleeps is ended by who waits for its rows', async () => {
  const schema = `watch_${randomBytes(5).toString('hex')}`;
  const table = `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.health_messages (n integer PRIMARY KEY)`;
  await pool.query(table);
  try {
    const sleeper = await inTransaction();
    await sleeper.query(`SET LOCAL search_path = ${schema}`);
    const stream = sleeper.query(copyFrom('COPY health_messages FROM STDIN'));
    const ended = finished(stream).catch((error: unknown) => error);
    stream.on('error', () => undefined);
    stream.write(Array.from({ length: 5_000 }, (_, n) => `${n}\n`).join('')); // and no end
    await waitUntil(
      'it has inserted and waits for more',
      async () => (await sessions(`${WAITS_FOR_ROWS} AND backend_xid IS NOT NULL`)) === 1,
    );

    const client = await pool.connect();
    const insert = `INSERT INTO ${schema}.health_messages VALUES (0)`;
    await watch.over(client, client.query(insert));
    client.release();
    expect(await ended).toMatchObject({ code: '57P01' });
    sleeper.release(true);
  } finally {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`);
  }
});
