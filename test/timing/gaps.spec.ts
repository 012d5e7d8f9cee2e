import { setTimeout as pause } from 'node:timers/promises';
import type { App } from '../support/app.js';
import { fleet, healthEvent } from '../support/factories.js';
import { publishAtRate } from '../support/load.js';
import { gapsOf, observes, redisNowMs, seesPastNow, theOnlyGap } from '../support/observed-gaps.js';
import { databaseOutage, redisOutage } from '../support/outage.js';
import type { Dashboard } from '../support/rest.js';
import { settled, statsOf } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

const HEARTBEAT_MS = 500;
const GAP_AFTER_MS = 2_500;
/** Longer than that and a heartbeat. */
const OUTAGE_MS = 3_500;
/** Half of the defaults, to wait half as long. */
const TIMES = {
  HEALTH_SELF_HEARTBEAT_MS: String(HEARTBEAT_MS),
  HEALTH_GAP_AFTER_MS: String(GAP_AFTER_MS),
};
/** Between what happened and what is written: a period of heartbeats, and a machine with other work. */
const TOLERANCE_MS = HEARTBEAT_MS + 1_500;
const RECOVERY = { deadlineMs: 20_000 };

const stage = useStage();

afterEach(async () => {
  const { scope } = stage;
  await scope.redis.del(scope.keys.paused(scope.group));
});

/** How far the gap's ends lie from the moments, in ms. */
const spans = (
  { from, to }: { readonly from: string; readonly to: string },
  fromMs: number,
  toMs: number,
): void => {
  expect(Math.abs(Date.parse(from) - fromMs)).toBeLessThan(TOLERANCE_MS);
  expect(Math.abs(Date.parse(to) - toMs)).toBeLessThan(TOLERANCE_MS);
};

async function metric(app: App, name: string): Promise<number> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1],
  );
}

/** Ends the subscription of an instance, and nothing else of it. */
async function kick(app: App): Promise<void> {
  const { redis } = stage.scope;
  const clients = String(await redis.client('LIST')).split('\n');
  const line = clients.find(
    (client) => client.includes(`name=${app.instanceId}:`) && client.includes(':subscriber '),
  );
  await redis.client('KILL', 'ID', Number(/id=(\d+)/.exec(line ?? '')?.[1]));
}

describe('a gap', () => {
  it('is what Redis was away, killed and started again', async () => {
    const { scope } = stage;
    const outage = await redisOutage();
    try {
      const app = await stage.start({ ...TIMES, REDIS_URL: outage.redisUrl });
      await observes(scope, app);
      const beganMs = await redisNowMs(scope);
      await outage.begin();
      await waitUntil('a gap is open', async () => {
        const { observing, gap } = await app.api<Dashboard>('/dashboard');
        return !observing && gap?.cause === 'redis_unreachable';
      });
      await outage.end();
      const endedMs = await redisNowMs(scope); // ready is said up to two seconds later
      await waitUntil('it is ready', async () => await app.isReady(), RECOVERY);

      const gap = await theOnlyGap(app, beganMs);
      expect(gap).toMatchObject({ cause: 'redis_unreachable', lost_count: null });
      spans(gap, beganMs, endedMs);
      await app.stop();
    } finally {
      await outage.close();
    }
  });

  it('is what the database took nothing, though every event is there afterwards', async () => {
    const { scope } = stage;
    const outage = await databaseOutage();
    try {
      const app = await stage.start({ ...TIMES, DATABASE_URL: outage.databaseUrl });
      await observes(scope, app);
      const beganMs = await redisNowMs(scope);
      await outage.begin();
      await scope.redis.publish(scope.channel, JSON.stringify(healthEvent()));
      await pause(OUTAGE_MS);
      await outage.end();
      await waitUntil('it is ready', async () => await app.isReady(), RECOVERY);
      const endedMs = await redisNowMs(scope);

      const gap = await theOnlyGap(app, beganMs);
      expect(gap).toMatchObject({ cause: 'database_down', lost_count: null });
      spans(gap, beganMs, endedMs);
      await settled(scope, [app]);
      expect(await scope.count('health_messages')).toBe(1);
      await app.stop();
    } finally {
      await outage.close();
    }
  });

  describe('of one instance', () => {
    let app: App;

    beforeAll(async () => {
      app = await stage.start(TIMES);
    });

    afterAll(async () => {
      await app.stop();
    });

    it('is what the only instance did not hear, be it shorter than a period', async () => {
      const { scope } = stage;
      await observes(scope, app);
      const beganMs = await redisNowMs(scope);
      await kick(app);

      const gap = await theOnlyGap(app, beganMs);
      expect(gap).toMatchObject({ cause: 'subscriber_kicked', lost_count: null });
      spans(gap, beganMs, beganMs);
      expect(await metric(app, 'health_monitor_gaps_total{cause="subscriber_kicked"}')).toBe(1);
    });

    it('is what the only process slept', async () => {
      const { scope } = stage;
      await observes(scope, app);
      const beganMs = await redisNowMs(scope);
      app.signal('SIGSTOP');
      await pause(OUTAGE_MS);
      app.signal('SIGCONT');
      const endedMs = await redisNowMs(scope);

      const gap = await theOnlyGap(app, beganMs);
      expect(gap.cause).toBe('process_asleep');
      spans(gap, beganMs, endedMs);
    });
  });

  describe('of two instances', () => {
    let pair: [App, App];

    beforeAll(async () => {
      pair = (await stage.startMany(2, TIMES)) as [App, App];
    });

    it('is not what another instance heard', async () => {
      const { scope } = stage;
      const [first, second] = pair;
      await observes(scope, first);
      const beganMs = await redisNowMs(scope);
      for (const app of [first, second, first]) {
        const before = app.logged('ingest.subscribed').length;
        await kick(app);
        await waitUntil('it listens', () => app.logged('ingest.subscribed').length > before);
        await seesPastNow(scope);
      }
      for (let heartbeats = 0; heartbeats < 3; heartbeats += 1) {
        await seesPastNow(scope); // one that came later would tell of a gap
      }
      expect(await gapsOf(first, beganMs)).toEqual([]);
    });

    it('is what an operator paused, and ends with the pause', async () => {
      const { scope } = stage;
      const [app] = pair;
      await observes(scope, app);
      const post = async (action: string): Promise<void> => {
        await fetch(`${app.url}/api/v1/health/consumer/${action}`, { method: 'POST' });
      };
      const beganMs = await redisNowMs(scope);
      await post('pause');
      const open = await waitUntil('a gap is open', async () => {
        const { observing, gap } = await app.api<Dashboard>('/dashboard');
        return observing ? null : gap;
      });
      expect(open.cause).toBe('consumer_paused');
      expect(await gapsOf(app, beganMs)).toEqual([{ ...open, to: null, lost_count: null }]);
      expect(await metric(app, 'health_monitor_observing')).toBe(0);
      await post('resume');
      const endedMs = await redisNowMs(scope);

      const gap = await theOnlyGap(app, beganMs);
      expect(gap.cause).toBe('consumer_paused');
      spans(gap, beganMs, endedMs);
      await observes(scope, app);
    });

    // Last, for it stops them.
    it('is what no process ran', async () => {
      const { scope } = stage;
      await observes(scope, pair[0]);
      await Promise.all(pair.map(async (app) => await app.stop()));
      const beganMs = await redisNowMs(scope);
      await pause(OUTAGE_MS);
      const after = (await stage.startMany(2, TIMES)) as [App, App];
      const endedMs = await redisNowMs(scope);

      const gap = await theOnlyGap(after[0], beganMs);
      expect(gap).toMatchObject({ cause: 'not_running', lost_count: null });
      spans(gap, beganMs, endedMs);
      expect(Date.parse(gap.from)).toBeLessThan(beganMs);
      await Promise.all(after.map(async (app) => await app.stop()));
    });
  });
});

it('heartbeats are among no counts, are no dead letters, and lie on every channel in turn', async () => {
  const { scope } = stage;
  const patterns = `${scope.channel},test:${scope.id}:more:*`;
  const apps = await stage.startMany(2, { ...TIMES, HEALTH_CHANNELS: patterns });
  const heard: string[] = [];
  const subscriber = scope.redis.duplicate();
  subscriber.on('pmessage', (_pattern: string, channel: string) => heard.push(channel));
  try {
    await subscriber.psubscribe(`test:${scope.id}:*`);
    await waitUntil('some are published', () => new Set(heard).size === 2 && heard.length > 8);
  } finally {
    subscriber.disconnect();
  }
  await seesPastNow(scope);
  for (const app of apps) {
    expect(await statsOf(app)).toMatchObject({
      received: 0,
      journaled: 0,
      deduplicated: 0,
      read: 0,
      message_count: 0,
      last_message_time: null,
    });
    expect(await metric(app, 'health_monitor_event_delay_seconds_count')).toBe(0);
    expect(await metric(app, 'health_monitor_commit_duration_seconds_count')).toBe(0);
  }

  const events = fleet({ events: 2_000 });
  const rowsBefore = await scope.count('health_messages');
  await publishAtRate(scope, 1_000, events);
  const stats = await settled(scope, apps);
  const sum = (name: 'received' | 'journaled' | 'deduplicated' | 'read' | 'stored'): number =>
    stats.reduce((total, one) => total + one[name], 0);
  expect({
    received: sum('received'),
    journaled: sum('journaled'),
    deduplicated: sum('deduplicated'),
    read: sum('read'),
    stored: sum('stored'),
  }).toEqual({
    received: 4_000,
    journaled: 2_000,
    deduplicated: 2_000,
    read: 2_000,
    stored: 2_000,
  });
  expect(await scope.count('health_messages')).toBe(rowsBefore + 2_000);
  expect(await scope.count('health_dead_letters')).toBe(0);
});
