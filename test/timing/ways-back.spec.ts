import type { App } from '../support/app.js';
import { DashboardWatch } from '../support/dashboard-watch.js';
import { fleet, healthEvent } from '../support/factories.js';
import { publishAtRate } from '../support/load.js';
import type { Dashboard } from '../support/rest.js';
import { settled, statsOf } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

/** The ways back of docs/operations.md: the dashboard answers throughout, and `observing` tells the truth. */

const WITHOUT_CONSUMER = { HEALTH_CONSUMER_ENABLED: 'false' };
const ROUTES = [
  '/api/v1/health/services',
  '/api/v1/health/services/orders',
  '/api/v1/health/database/pool',
  '/api/v1/health/gaps',
  '/health/live',
  '/health/ready',
  '/health/startup',
];

let watch: DashboardWatch | null = null;

// Before the stage ends what the watch looks at.
afterEach(async () => {
  await watch?.stop();
  watch = null;
});

const stage = useStage();

async function change(app: App, method: string, route: string, body = '{}'): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const init = method === 'PATCH' ? { method, body, headers } : { method };
  const response = await fetch(`${app.url}/api/v1/health${route}`, init);
  expect(response.status).toBe(200);
}

const heldBy = async (app: App): Promise<number> => (await statsOf(app)).in_flight;

const says = async (what: DashboardWatch, observing: boolean): Promise<void> => {
  await waitUntil(`all say observing: ${observing}`, async () =>
    (await what.observing()).every((one) => one === observing),
  );
};

it('a rolling restart without the consumer, and back: what was acknowledged meanwhile is stored then', async () => {
  const { scope } = stage;
  const { channel, journal, redis } = scope;
  const [first, second] = (await stage.startMany(2)) as [App, App];
  watch = DashboardWatch.start(first, second);
  await redis.publish(channel, JSON.stringify(healthEvent()));
  await waitUntil('it is stored', async () => (await scope.count('health_messages')) === 1);

  watch.lookAt(second);
  await first.stop();
  const third = await stage.start(WITHOUT_CONSUMER);
  await says(watch, true); // one of two still consumes
  expect((await third.api<Dashboard>('/dashboard')).observing).toBe(true);
  watch.lookAt(third);
  await second.stop();

  await says(watch, false);
  expect(await redis.publish(channel, JSON.stringify(healthEvent()))).toBe(0);
  await redis.xadd(journal, '*', channel, JSON.stringify(healthEvent({ status: 'degraded' })));
  for (const route of ROUTES) {
    expect({ route, status: (await third.get(route)).status }).toEqual({ route, status: 200 });
  }
  expect(await statsOf(third)).toMatchObject({ running: false, received: 0, read: 0 });
  expect(await scope.count('health_messages')).toBe(1);

  const fourth = await stage.start();
  watch.lookAt(third, fourth);
  await waitUntil('the one is stored', async () => (await scope.count('health_messages')) === 2);
  await says(watch, true);
  await waitUntil('the time without is a gap', async () => {
    const { items } = await third.api<{ items: { to: string | null }[] }>('/gaps');
    return items.length > 0 && items.every(({ to }) => to !== null);
  });
});

it('one batch at a time by variable, and more at run time', async () => {
  const { scope } = stage;
  const app = await stage.start({
    HEALTH_CONSUMER_CONCURRENCY: '1',
    HEALTH_BATCH_MAX_EVENTS: '100',
  });
  watch = DashboardWatch.start(app);
  const client = await scope.database.connect();
  try {
    await client.query('BEGIN');
    await client.query('LOCK TABLE health_messages IN SHARE MODE');
    const events = fleet({ events: 1_000 });
    await publishAtRate(scope, 1_000, events);
    await waitUntil('the rest waits in the journal', async () => {
      const { journaled, journal_lag: lag } = await statsOf(app);
      return journaled >= events.length && (lag ?? 0) > 0;
    });
    const first = await heldBy(app);
    expect(first).toBeGreaterThan(0);

    await change(app, 'PATCH', '/consumer', '{"concurrency": 3}');
    await waitUntil('more are in flight', async () => (await heldBy(app)) > first);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
  await settled(scope, [app]);
  expect(await scope.count('health_messages', `message LIKE 'event %'`)).toBe(1_000);
  await says(watch, true);
});

it('a pause of the group under load, and its end', async () => {
  const { scope } = stage;
  const apps = (await stage.startMany(2)) as [App, App];
  watch = DashboardWatch.start(...apps);
  await says(watch, true);
  const events = fleet({ events: 2_000, prefix: 'paused' });
  const publishing = publishAtRate(scope, 1_000, events);
  await change(apps[0], 'POST', '/consumer/pause');
  await publishing;
  await says(watch, false);
  expect(await Promise.all(apps.map(async (app) => await app.isReady()))).toEqual([true, true]);

  await change(apps[1], 'POST', '/consumer/resume');
  await settled(scope, apps);
  await says(watch, true);
  expect(await scope.count('health_messages', `service_name LIKE 'paused-%'`)).toBe(events.length);
});
