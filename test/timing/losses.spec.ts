import type { App } from '../support/app.js';
import { becomeIdle } from '../support/consumers.js';
import { healthEvent } from '../support/factories.js';
import { gapsOf, observes, redisNowMs } from '../support/observed-gaps.js';
import { atRate } from '../support/pace.js';
import type { Dashboard } from '../support/rest.js';
import { settled, statsOf } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

/** More than the 64 MiB that ingest holds. */
const EVENTS = 320;
const EVENT_BYTES = 250_000;
const PER_SECOND = 80;
/** Longer than nobody may have touched what is taken over. */
const IDLE_MS = 15_000;

const stage = useStage();

const post = async (app: App, route: string): Promise<unknown> =>
  await fetch(`${app.url}/api/v1/health${route}`, { method: 'POST' });

/** Why the journal takes nothing, what is said meanwhile, how it begins and how it ends. */
const FULL: readonly (readonly [
  why: string,
  cause: string,
  variables: Record<string, string>,
  begin: (app: App) => Promise<() => Promise<unknown>>,
])[] = [
  [
    'Redis has no memory for the journal',
    'journal_full',
    {},
    async () => {
      const { redis } = stage.scope;
      const [, maxMemory = '0'] = (await redis.config('GET', 'maxmemory')) as string[];
      await redis.config('SET', 'maxmemory', '1');
      return async () => await redis.config('SET', 'maxmemory', maxMemory);
    },
  ],
  [
    'the journal is at its own bound, because nobody consumes',
    'consumer_paused',
    { HEALTH_JOURNAL_MAX_BYTES: String(1024 * 1024) },
    async (app) => {
      await post(app, '/consumer/pause');
      return async () => await post(app, '/consumer/resume');
    },
  ],
];

it.each(FULL)(
  'what ingest drops while %s is counted in gaps',
  async (_why, cause, variables, begin) => {
    const { scope } = stage;
    const app = await stage.start(variables);
    await observes(scope, app);
    const rowsBefore = await scope.count('health_messages');
    const beganMs = await redisNowMs(scope);
    const end = await begin(app);
    try {
      await atRate(PER_SECOND, EVENTS, async () => {
        const event = healthEvent({ padding: 'x'.repeat(EVENT_BYTES) });
        await scope.redis.publish(scope.channel, JSON.stringify(event));
      });
      await waitUntil('all are received', async () => (await statsOf(app)).received === EVENTS);
      await waitUntil('it says so', async () => {
        const { gap, observing } = await app.api<Dashboard>('/dashboard');
        return gap?.cause === cause && !observing;
      });
      expect(Number(await scope.redis.memory('USAGE', scope.journal))).toBeLessThan(
        3 * 1024 * 1024,
      );
    } finally {
      await end();
    }
    const [stats] = await settled(scope, [app]);
    await observes(scope, app);

    const gaps = await gapsOf(app, beganMs);
    const lost = gaps.reduce((sum, { lost_count: count }) => sum + (count ?? 0), 0);
    expect(stats?.shed).toBeGreaterThan(0);
    expect(lost).toBe(stats?.shed);
    expect(gaps.map(({ cause }) => cause)).toContain('journal_full');
    expect((await scope.count('health_messages')) - rowsBefore).toBe(EVENTS - lost);
  },
);

it('entries that somebody deletes before they are acknowledged are a gap over their receptions', async () => {
  const { scope } = stage;
  const { group, journal, keys, redis } = scope;
  const app = await stage.start();
  await observes(scope, app);
  await fetch(`${app.url}/api/v1/health/consumer/pause`, { method: 'POST' });
  const fromMs = await redisNowMs(scope);
  await redis.publish(scope.channel, JSON.stringify(healthEvent({ service_name: 'deleted' })));
  await waitUntil('it is journaled', async () => (await statsOf(app)).journaled > 0);
  const reply = (await redis.xreadgroup(
    ...(['GROUP', group, 'somebody', 'COUNT', 1_000, 'STREAMS', journal, '>'] as const),
  )) as [string, [string, string[]][]][];
  const ids = (reply[0]?.[1] ?? []).map(([id]) => id);
  await becomeIdle(scope, IDLE_MS);
  await redis.xdel(journal, ...ids);
  await redis.del(keys.paused(group));

  const loss = await waitUntil(
    'the loss is recorded',
    async () => (await gapsOf(app, fromMs)).find(({ cause }) => cause === 'journal_loss'),
    { deadlineMs: 30_000 },
  );
  expect(loss.lost_count).toBe(ids.length);
  const times = ids.map((id) => Number(id.split('-')[0]));
  expect([Date.parse(loss.from), Date.parse(String(loss.to))]).toEqual([
    Math.min(...times),
    Math.max(...times) + 1,
  ]);
});

it('a loss that an instance tells of is a gap, told once or twice, and no event', async () => {
  const { scope } = stage;
  const app = await stage.start();
  await observes(scope, app);
  const fromUs = Math.round(await redisNowMs(scope)) * 1_000;
  const told = JSON.stringify({
    health_monitor: {
      ...{ kind: 'loss', fromUs, toUs: fromUs + 6_000_000, cause: 'lease_handover', lostCount: 3 },
    },
  });
  const before = await scope.count('health_dead_letters');
  for (let times = 0; times < 2; times += 1) {
    await scope.redis.xadd(scope.journal, '*', 'health-monitor', told);
  }
  await scope.redis.xadd(scope.journal, '*', scope.channel, told); // made up: as from a publisher

  await waitUntil('the one made up is a dead letter', async () => {
    return (await scope.count('health_dead_letters')) === before + 1;
  });
  await settled(scope, [app]);
  expect(
    (await gapsOf(app, fromUs / 1_000)).filter(({ cause }) => cause === 'lease_handover'),
  ).toEqual([
    {
      from: new Date(fromUs / 1_000).toISOString(),
      to: new Date(fromUs / 1_000 + 6_000).toISOString(),
      cause: 'lease_handover',
      lost_count: 3,
    },
  ]);
});

it('a list of gaps is read page by page, and by a range that they share a moment with', async () => {
  const { scope } = stage;
  const app = await stage.start();
  await observes(scope, app);
  const base = Date.parse('2020-01-01T00:00:00Z');
  for (let hour = 0; hour < 5; hour += 1) {
    await scope.sql(
      `INSERT INTO health_gaps (started_at, ended_at, cause)
       VALUES (to_timestamp($1), to_timestamp($2), 'not_running')`,
      [base / 1e3 + hour * 3_600, base / 1e3 + hour * 3_600 + 60],
    );
  }
  const at = (hour: number, seconds: number): string =>
    new Date(base + hour * 3_600_000 + seconds * 1_000).toISOString();
  const hours = async (range: string): Promise<number[]> => {
    const found: number[] = [];
    let cursor = '';
    do {
      const page = await app.api<{
        items: { from: string }[];
        next_cursor: string | null;
      }>(`/gaps?limit=2&${range}${cursor}`);
      expect(page.items.length).toBeLessThanOrEqual(2);
      found.push(...page.items.map(({ from }) => (Date.parse(from) - base) / 3_600_000));
      cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`;
    } while (cursor !== '');
    return found;
  };
  expect(await hours(`to=${at(5, 0)}`)).toEqual([4, 3, 2, 1, 0]);
  expect(await hours(`from=${at(1, 59)}&to=${at(3, 1)}`)).toEqual([3, 2, 1]);
  expect(await hours(`from=${at(1, 60)}&to=${at(3, 0)}`)).toEqual([2]);
  expect((await app.get('/api/v1/health/gaps?limit=0')).status).toBe(400);
  expect((await app.get('/api/v1/health/gaps?cursor=x')).status).toBe(400);
});
