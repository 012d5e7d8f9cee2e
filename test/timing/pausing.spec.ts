import type { App } from '../support/app.js';
import { becomeIdle } from '../support/consumers.js';
import { differences } from '../support/differences.js';
import { fleet, healthEvent } from '../support/factories.js';
import { publishAtRate } from '../support/load.js';
import type { ConsumerState, Dashboard } from '../support/rest.js';
import { settled, statsOf } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

const PER_SECOND = 1_000;

const stage = useStage();

afterEach(async () => {
  const { group, keys, redis } = stage.scope;
  await redis.del(keys.paused(group));
});

async function control(
  app: App,
  method: 'POST' | 'PATCH',
  route: string,
  body?: unknown,
): Promise<ConsumerState> {
  const response = await fetch(`${app.url}/api/v1/health/consumer${route}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as ConsumerState;
}

const pauseOf = async (app: App, scope = 'group'): Promise<ConsumerState> =>
  await control(app, 'POST', `/pause?scope=${scope}`);
const resumeOf = async (app: App, scope = 'group'): Promise<ConsumerState> =>
  await control(app, 'POST', `/resume?scope=${scope}`);

/** Events that each has read from the journal. */
const readBy = async (apps: readonly App[]): Promise<number[]> =>
  (await Promise.all(apps.map(statsOf))).map(({ read }) => read);

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Everything published has been journaled, whoever did it. */
async function journaled(apps: readonly App[], events: number): Promise<void> {
  await waitUntil(`${events} events are journaled`, async () => {
    const stats = await Promise.all(apps.map(statsOf));
    return sum(stats.map((one) => one.journaled)) === events;
  });
}

describe('a pause of the group', () => {
  it('stops all reading from its answer on, keeps journaling, outlives restarts, and loses nothing', async () => {
    const { scope } = stage;
    const apps = await stage.startMany(3);
    const [first, second, third] = apps as [App, App, App];
    const events = fleet({ events: 3_000, services: 20 });
    const publishing = publishAtRate(scope, PER_SECOND, events);
    await waitUntil('some are read', async () => sum(await readBy(apps)) > 1_000);

    expect(await pauseOf(first)).toMatchObject({ paused: true, group_paused: true });
    const readAtAnswer = await readBy(apps);
    await publishing;
    await journaled(apps, events.length);

    expect(await readBy(apps)).toEqual(readAtAnswer);
    expect(sum(readAtAnswer)).toBeLessThan(events.length);
    for (const app of apps) {
      expect(await statsOf(app)).toMatchObject({ running: true, paused: true });
      expect(await app.isReady()).toBe(true);
      await waitUntil('it says that nothing is observed', async () => {
        const { observing, gap } = await app.api<Dashboard>('/dashboard');
        return !observing && gap?.cause === 'consumer_paused';
      });
    }
    await waitUntil('the lag shows', async () => ((await statsOf(first)).journal_lag ?? 0) > 0);

    await third.stop();
    const successor = await stage.start();
    expect(await statsOf(successor)).toMatchObject({ paused: true, read: 0 });

    await resumeOf(second);
    await settled(scope, [first, second, successor]);
    const stored = await scope.sql<{ id: string }>(
      'SELECT message_id::text AS id FROM health_messages ORDER BY 1',
    );
    expect(
      differences(
        stored.map(({ id }) => id),
        events.map((event) => String(event.message_id)).sort(),
      ),
    ).toBeNull();
    await waitUntil('all have followed', async () => {
      const stats = await Promise.all([first, second, successor].map(statsOf));
      return stats.every(({ paused }) => !paused);
    });
    await waitUntil('they observe again', async () => {
      const { observing, gap } = await first.api<Dashboard>('/dashboard');
      return observing && gap === null;
    });
  });

  it('takes nothing over from an instance that is dead', async () => {
    const { scope } = stage;
    const [dead, living] = (await stage.startMany(2)) as [App, App];
    // A lock holds the commit up, so that the entry is pending when its reader dies.
    const client = await scope.database.connect();
    await client.query('BEGIN');
    await client.query('LOCK TABLE health_messages IN ACCESS EXCLUSIVE MODE');
    try {
      await scope.redis.publish(scope.channel, JSON.stringify(healthEvent()));
      await waitUntil('somebody holds it', async () => {
        const held = (await Promise.all([dead, living].map(statsOf))).map((s) => s.in_flight);
        return sum(held) === 1;
      });
      const holder = (await statsOf(dead)).in_flight > 0 ? dead : living;
      const other = holder === dead ? living : dead;
      await pauseOf(other);
      await holder.kill();
      await client.query('ROLLBACK');
      // Longer than the idle time after which entries are taken over, and a round of looking.
      const idle = async (): Promise<number> => {
        const [entry] = (await scope.redis.xpending(
          ...[scope.journal, scope.group, '-', '+', 1],
        )) as [string, string, number, number][];
        return entry?.[2] ?? 0;
      };
      await becomeIdle(scope, 12_000); // which would take long
      await waitUntil('it would have been taken over', async () => (await idle()) > 16_000);
      expect(await statsOf(other)).toMatchObject({ read: 0 });

      await resumeOf(other);
      await settled(scope, [other]);
      expect(await statsOf(other)).toMatchObject({ read: 1, stored: 1 });
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});

describe('a pause', () => {
  let pair: [App, App];

  beforeAll(async () => {
    pair = (await stage.startMany(2)) as [App, App];
  });

  afterAll(async () => {
    await Promise.all(pair.map(async (app) => await app.stop()));
  });

  it('of the group cannot be set while Redis is away, and the answer says so', async () => {
    const { scope } = stage;
    const [app] = pair;
    await scope.redis.client('PAUSE', 6_000, 'ALL');
    const startedMs = performance.now();
    const response = await fetch(`${app.url}/api/v1/health/consumer/pause`, { method: 'POST' });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('Redis') });
    expect(performance.now() - startedMs).toBeLessThan(5_500);
    await scope.redis.ping();
    await waitUntil('it is ready again', async () => await app.isReady());
  });

  it('of one instance leaves the work to the others, and both pauses must go before it reads', async () => {
    const { scope } = stage;
    const [paused, other] = pair;
    expect(await pauseOf(paused, 'instance')).toMatchObject({
      paused: true,
      instance_paused: true,
      group_paused: false,
    });
    const events = fleet({ events: 500 });
    await publishAtRate(scope, PER_SECOND, events);
    await settled(scope, pair);
    expect(await readBy(pair)).toEqual([0, events.length]);

    await pauseOf(other);
    expect(await resumeOf(paused, 'instance')).toMatchObject({ paused: true, group_paused: true });
    await pauseOf(paused, 'instance');
    expect(await resumeOf(paused)).toMatchObject({ paused: true, instance_paused: true });
    expect(await resumeOf(paused, 'instance')).toMatchObject({ paused: false });
  });
});

describe('the concurrency', () => {
  it('changes at run time, under load, in both directions', async () => {
    const { scope } = stage;
    const app = await stage.start({ HEALTH_BATCH_MAX_EVENTS: '100' });
    const events = fleet({ events: 2_000 });
    const publishing = publishAtRate(scope, PER_SECOND, events);
    for (const concurrency of [1, 64, 2]) {
      expect(await control(app, 'PATCH', '', { concurrency })).toMatchObject({ concurrency });
      const before = (await statsOf(app)).stored;
      await waitUntil('it stores on', async () => (await statsOf(app)).stored > before + 100);
    }
    await publishing;
    await settled(scope, [app]);
    expect(await scope.count('health_messages', `message LIKE 'event %'`)).toBeGreaterThanOrEqual(
      events.length,
    );
  });
});
