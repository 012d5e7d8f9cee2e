import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Redis } from 'ioredis';
import pg from 'pg';
import * as services from '../../scripts/local-services/index.mjs';
import { dockerAnswers } from '../../scripts/local-services/docker-engine.mjs';
import { waitUntil } from '../support/wait-until.js';

/** The local services in Docker, for real: what docker-provider.spec.ts cannot show. */

const NAME = 'engine-spec';
const hasEngine = await dockerAnswers();
if (!hasEngine) {
  process.stderr.write('docker-engine.spec.ts is skipped: no Docker engine with compose answers\n');
}

(hasEngine ? describe : describe.skip)('services in Docker', () => {
  const choiceBefore = process.env['HEALTH_SERVICES'];
  let instance: services.Instance;

  beforeAll(async () => {
    process.env['HEALTH_SERVICES'] = 'docker';
    instance = await services.up({ name: NAME });
  }, 600_000); // the images may have to be pulled

  afterAll(async () => {
    await services.destroy({ name: NAME });
    if (choiceBefore === undefined) delete process.env['HEALTH_SERVICES'];
    else process.env['HEALTH_SERVICES'] = choiceBefore;
  });

  it('give the app a role that owns its database and is no superuser', async () => {
    const rows = await sql(
      instance.databaseUrl,
      `SELECT current_user::text AS role, usesuper, datdba::regrole::text AS owner, extname
         FROM pg_user, pg_database, pg_extension
        WHERE usename = current_user AND datname = current_database() AND extname = 'timescaledb'`,
    );

    expect(rows).toEqual([
      { role: 'health', usesuper: false, owner: 'health', extname: 'timescaledb' },
    ]);
  });

  it('give an administrator a superuser', async () => {
    const rows = await sql(instance.adminDatabaseUrl, 'SHOW is_superuser');

    expect(rows).toEqual([{ is_superuser: 'on' }]);
  });

  it('have a Redis that loses nothing it has acknowledged, even when it is killed', async () => {
    const before = await connected(instance.redisUrl);
    await before.set('engine-spec', 'kept');
    const settings = await before.config('GET', 'append*', 'maxmemory-policy', 'save');
    before.disconnect();

    await instance.stopRedis({ signal: 'SIGKILL' });
    await instance.startRedis();

    const after = await connected(instance.redisUrl);
    const kept = await after.get('engine-spec');
    after.disconnect();
    expect(kept).toBe('kept');
    expect(settings).toEqual(
      expect.arrayContaining([
        'appendonly',
        'yes',
        'appendfsync',
        'always',
        'noeviction',
        'save',
        '',
      ]),
    );
  });

  it.each(['fast', 'immediate', 'kill'] as const)(
    'keep rows, ports and passwords over a stop of PostgreSQL (%s)',
    async (mode) => {
      await sql(instance.databaseUrl, `CREATE TABLE kept_${mode} AS SELECT 1 AS n`);

      await instance.stopPostgres({ mode });
      await expect(sql(instance.databaseUrl, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
      await instance.startPostgres();

      expect(await sql(instance.databaseUrl, `SELECT n FROM kept_${mode}`)).toEqual([{ n: 1 }]);
    },
  );

  it('are found running by a second up, and again after down', async () => {
    const again = await services.up({ name: NAME });
    const wasRunning = await services.down({ name: NAME });
    const stopped = await services.status({ name: NAME });
    const later = await services.up({ name: NAME });

    expect(again.started).toEqual({ postgres: false, redis: false });
    expect(wasRunning).toBe(true);
    expect([stopped.postgres.pid, stopped.redis.pid]).toEqual([null, null]);
    expect(later.started).toEqual({ postgres: true, redis: true });
    expect(later.databaseUrl).toBe(instance.databaseUrl);
    expect(later.redisUrl).toBe(instance.redisUrl);
  });

  it('have clients that take their own URLs', async () => {
    const hearer = await connected(instance.redisUrl);
    const heard: string[] = [];
    hearer.on('message', (_channel, message) => heard.push(message));
    await hearer.subscribe('engine-spec');

    const replies = await output(
      instance.redisCli,
      ['-u', instance.redisUrl],
      'PUBLISH engine-spec a\n',
    );
    const role = await output(instance.psql, [instance.databaseUrl, '-Atc', 'SELECT current_user']);

    await waitUntil('the message is heard', () => heard.length > 0);
    hearer.disconnect();
    expect({ replies, role, heard }).toEqual({ replies: '1\n', role: 'health\n', heard: ['a'] });
  });
});

async function sql(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the statement that meets it reports it
  await client.connect();
  try {
    return (await client.query<pg.QueryResultRow>(statement)).rows;
  } finally {
    await client.end();
  }
}

async function connected(url: string): Promise<Redis> {
  const redis = new Redis(url, { lazyConnect: true });
  await redis.connect();
  return redis;
}

/** What a command prints, which must end with 0. */
async function output(command: string, words: readonly string[], input = ''): Promise<string> {
  const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(child, 'close');
  child.stdin.end(input);
  const printed = await text(child.stdout);
  await exit;
  expect(child.exitCode).toBe(0);
  return printed;
}
