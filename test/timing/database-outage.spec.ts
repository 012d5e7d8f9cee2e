import { setTimeout as pause } from 'node:timers/promises';
import type { App } from '../support/app.js';
import { fleet } from '../support/factories.js';
import { publishAtRate } from '../support/load.js';
import { databaseOutage } from '../support/outage.js';
import { recomputedStates, storedStates } from '../support/recompute.js';
import { settled, statsOf } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

const EVENTS = 20_000;
const PER_SECOND = 900;
const OUTAGE_MS = 15_000;
const ANSWER_MS = 5_000;
const RECOVERY_MS = 10_000;

const stage = useStage();

/** Status and milliseconds of one GET. */
async function timed(app: App, route: string): Promise<{ status: number; ms: number }> {
  const startedMs = performance.now();
  const { status } = await fetch(app.url + route);
  return { status, ms: performance.now() - startedMs };
}

it('20,000 events become 20,000 rows though PostgreSQL is gone for 15 s among them', async () => {
  const { scope } = stage;
  const outage = await databaseOutage();
  try {
    const app = await stage.start({ DATABASE_URL: outage.databaseUrl });
    const { pid } = app;
    const publishing = publishAtRate(
      scope,
      PER_SECOND,
      fleet({ events: EVENTS, services: 10, instancesPerService: 5, eventsPerStatus: 20 }),
    );
    await waitUntil('a part is stored', async () => (await statsOf(app)).stored > EVENTS / 8);

    await outage.begin();
    const beganMs = performance.now();
    await waitUntil('it is not ready', async () => !(await app.isReady()));
    for (const route of ['/health/ready', '/api/v1/health/dashboard', '/api/v1/health/services']) {
      const { status, ms } = await timed(app, route);
      expect({ route, status }).toEqual({ route, status: 503 });
      expect(ms).toBeLessThan(ANSWER_MS);
    }
    for (const route of ['/health/live', '/api/v1/health/consumer/stats', '/metrics']) {
      expect({ route, status: (await timed(app, route)).status }).toEqual({ route, status: 200 });
    }
    await pause(Math.max(0, OUTAGE_MS - (performance.now() - beganMs)));
    const storedBefore = (await statsOf(app)).stored;
    expect(storedBefore).toBeLessThan(EVENTS);
    await outage.end();

    await waitUntil('it is ready again', async () => await app.isReady(), {
      deadlineMs: RECOVERY_MS,
    });
    await publishing;
    const [stats] = await settled(scope, [app]);
    expect(await scope.count('health_messages')).toBe(EVENTS);
    expect(await scope.count('health_dead_letters')).toBe(0);
    expect(stats).toMatchObject({ received: EVENTS, journaled: EVENTS, shed: 0 });
    expect(await storedStates(scope)).toEqual(await recomputedStates(scope));
    expect(app.isRunning).toBe(true);
    expect(app.pid).toBe(pid);
  } finally {
    await outage.close();
  }
});
