import pg from 'pg';
import type { App } from '../support/app.js';
import { runCommand } from '../support/command.js';
import { describeWithAdmin, OwnDatabase } from '../support/own-database.js';
import { PrivateRedis, redisServerProgram } from '../support/private-redis.js';
import { Program } from '../support/program.js';
import type { Dashboard, GapList } from '../support/rest.js';
import { testServices } from '../support/services.js';
import { useStage } from '../support/stage.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { documentsOf, tracesOf, verify, VERIFY } from '../support/verification.js';
import { waitUntil } from '../support/wait-until.js';

const NAME = 'health-monitor-verify-';
const TOKEN = 'verify-token';
const CHECKS = [
  'connection',
  'pool',
  'statement timeout',
  'running',
  'journal',
  'processing',
  'concurrency',
  'retry',
  '1/5 event',
  '2/5 dead letter',
  '3/5 duplicate',
  '4/5 late event',
  '5/5 pause and resume',
  'nothing lost',
  'nothing left',
];

describeWithAdmin('npm run verify against three instances', () => {
  const stage = useStage();
  let database: OwnDatabase;
  let looking: pg.Client;
  let proxy: TcpProxy;
  /** Null where a test may start none. */
  let empty: PrivateRedis | null = null;
  let apps: readonly App[];

  const environment = (changes: Record<string, string> = {}): Record<string, string> => ({
    ...stage.scope.environment,
    DATABASE_URL: database.url,
    DATABASE_SCHEMA: 'public',
    REDIS_URL: proxy.url,
    HEALTH_API_TOKEN: TOKEN,
    HEALTH_CONSUMER_CONCURRENCY: '4',
    ...changes,
  });
  const ofCommand = (changes: Record<string, string> = {}): Record<string, string> =>
    environment({ HEALTH_BASE_URL: apps[0]?.url ?? '', ...changes });
  const pausing = async (route: 'pause' | 'resume'): Promise<void> => {
    const response = await fetch(`${apps[0]?.url ?? ''}/api/v1/health/consumer/${route}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(response.status).toBe(200);
  };
  const allReady = async (): Promise<void> => {
    await waitUntil('all are ready', async () =>
      (await Promise.all(apps.map(async (app) => await app.isReady()))).every(Boolean),
    );
  };

  beforeAll(async () => {
    database = await OwnDatabase.create(stage.scope.id, { hasTimescale: true });
    looking = new pg.Client({ connectionString: database.url });
    await looking.connect();
    proxy = await TcpProxy.to(testServices().redisUrl);
    if (redisServerProgram() !== null) empty = await PrivateRedis.start();
    apps = await stage.startMany(3, environment());
  });

  afterAll(async () => {
    await proxy.close();
    await empty?.close();
    await looking.end();
    await database.drop();
  });

  it('passes and leaves no trace; fails with a wrong token, and with an empty Redis', async () => {
    // One after the other: each ends a session of an instance, which then is not ready for a moment.
    const { code, lines, failures } = await verify(ofCommand());
    const token = await verify(ofCommand({ HEALTH_API_TOKEN: 'another' }));
    const another = empty === null ? null : await verify(ofCommand({ REDIS_URL: empty.url }));

    expect(failures).toEqual({});
    expect(lines.map(({ name }) => name)).toEqual(CHECKS);
    expect(code).toBe(0);
    const told = (name: string): string => lines.find((line) => line.name === name)?.text ?? '';
    expect(told('pool')).toBe('8 statements under way at once on 8 connections');
    expect(told('nothing lost')).toMatch(/^published 2011: stored 2008, dead letters 1, /);
    expect(told('nothing left')).toContain(NAME);
    expect(token.code).toBe(1);
    expect(token.failures).toEqual({
      concurrency: expect.stringContaining("HEALTH_API_TOKEN is not the deployment's"),
      '5/5 pause and resume': expect.stringContaining('refuses the token'),
      'nothing left': expect.stringContaining('refuses the token'),
    });
    if (another !== null) {
      expect(another.code).toBe(1);
      expect(another.failures).toEqual({
        journal: expect.stringMatching(
          /^the Redis of REDIS_URL \(\S+\) has no journal \S+: it is an empty one or another/,
        ),
      });
    }
    expect(await tracesOf(looking, NAME)).toEqual({});
    for (const app of apps) {
      const { summary, observing } = await app.api<Dashboard>('/dashboard');
      expect([summary.total, observing]).toEqual([0, true]);
      expect((await app.api<GapList>('/gaps')).items).toEqual([]);
    }
  });

  it('watches until it is interrupted: a line for each round, and the worst of them', async () => {
    const watch = Program.start(`dist/${VERIFY}`, ['--watch', '1h', '--every', '1s'], ofCommand());
    await waitUntil('two rounds are told', () => watch.lines.length >= 2);
    watch.signal('SIGINT');

    expect(await watch.ended).toBe(0);
    const [summary = '', ...rounds] = watch.lines.reverse();
    for (const round of rounds) {
      expect(round).toMatch(
        /^PASSED {2}round \d+ {2}\S+ {2}integration 5\/5, errors 0\.0 %, losses 0, pool \d+\.\d %, services 1, /,
      );
    }
    expect(summary).toMatch(
      /^PASSED: (\d+) of \1 rounds passed in \d+ s; worst: integration 5\/5, /,
    );
    expect(await tracesOf(looking, NAME)).toEqual({});
  });

  it('fails where an operator has paused the consumer, and leaves it so', async () => {
    await pausing('pause');
    try {
      const [once, watched, nobody] = await Promise.all([
        verify(ofCommand()),
        runCommand(VERIFY, ofCommand(), ['--watch', '3s', '--every', '1s', '--json']),
        verify(ofCommand({ HEALTH_BASE_URL: 'http://127.0.0.1:9' })),
      ]);

      const text = 'the consumer is paused by an operator; POST /api/v1/health/consumer/resume';
      expect(once).toMatchObject({ code: 1, failures: { running: text } });
      expect(Object.keys(once.failures)).toEqual(['running']);
      expect(watched.code).toBe(1);
      const [summary, ...rounds] = documentsOf(watched).reverse();
      expect(rounds.length).toBeGreaterThan(1);
      for (const round of rounds) {
        const problems = [`running: ${text}`];
        expect(round).toMatchObject({ passed: false, integration_passed: 0, problems });
      }
      expect(summary).toMatchObject({ passed: false, failed_rounds: rounds.length });
      expect(nobody.code).toBe(1);
      expect(nobody.failures).toEqual({
        running: expect.stringMatching(/^nothing answers at http:\/\/127\.0\.0\.1:9 \(/),
      });
      expect(await stage.scope.redis.exists(stage.scope.keys.paused(stage.scope.group))).toBe(1);
    } finally {
      await pausing('resume');
    }
    expect(await tracesOf(looking, NAME)).toEqual({});
  });

  it('fails where the database is read-only, and stores nothing', async () => {
    const readOnly = async (value: 'on' | 'off'): Promise<void> => {
      await looking.query('SET default_transaction_read_only = off');
      await looking.query(
        `ALTER DATABASE ${database.name} SET default_transaction_read_only = ${value}`,
      );
      await looking.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND usename = current_user
            AND pid <> pg_backend_pid()`,
      );
    };
    await readOnly('on');
    try {
      const { code, failures } = await verify(ofCommand());

      expect(code).toBe(1);
      expect(failures).toEqual({
        connection: expect.stringMatching(/^database ".*" is read-only: no event is stored until/),
      });
    } finally {
      await readOnly('off');
    }
    await allReady();
    expect(await tracesOf(looking, NAME)).toEqual({});
  });

  (redisServerProgram() === null ? it.skip : it)(
    'fails where Redis was replaced by an empty one',
    async () => {
      const { redisUrl } = testServices();
      const { journal, redis } = stage.scope;
      proxy.switchTo(empty?.url ?? '');
      await waitUntil('the loss is recorded', async () => {
        const { items } = (await apps[0]?.api<GapList>('/gaps')) ?? { items: [] };
        return items.some(({ cause }) => cause === 'journal_loss');
      });
      await allReady();

      const [same, former] = await Promise.all([
        verify(ofCommand()),
        verify(ofCommand({ REDIS_URL: redisUrl })),
      ]);

      expect(same.failures).toEqual({
        journal: expect.stringMatching(/was lost at \S+: Redis was replaced by an empty one/),
      });
      expect(former.failures).toEqual({
        journal: expect.stringMatching(/it is not the Redis that the deployment listens to$/),
      });
      expect([same.code, former.code]).toEqual([1, 1]);
      expect(await tracesOf(looking, NAME)).toEqual({});
      await redis.del(journal); // of the former one, left in the middle of the work
    },
  );
});
