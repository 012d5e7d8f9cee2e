import { setImmediate as turn } from 'node:timers/promises';
import type { App } from '../support/app.js';
import { healthEvent } from '../support/factories.js';
import { atRate } from '../support/pace.js';
import type { Dashboard, ServiceDetail, ServiceItem } from '../support/rest.js';
import { useStage } from '../support/stage.js';

const PER_SECOND = 100;
const EVENTS = 1_000;
const LIMIT_MS = 1_000;

const stage = useStage();

/** The status that event number `index`, from 0, reports. */
const statusAt = (index: number): string => (index % 2 === 0 ? 'unhealthy' : 'healthy');

/**
 * Publishes events of one service at a steady rate and looks at it all the while. The service shows
 * n events: then all up to number n are visible, and their ages now are their delays.
 */
async function delaysMs(name: string, look: () => Promise<ServiceItem | null>): Promise<number[]> {
  const { channel, redis } = stage.scope;
  const publishedMs: number[] = [];
  const delays: number[] = [];
  const publisher = { isDone: false };
  const publishing = atRate(PER_SECOND, EVENTS, async (index) => {
    const event = healthEvent({ service_name: name, status: statusAt(index) });
    publishedMs[index] = performance.now();
    await redis.publish(channel, JSON.stringify(event));
  }).finally(() => {
    publisher.isDone = true;
  });
  let deadlineMs = Number.POSITIVE_INFINITY;
  while (delays.length < EVENTS && performance.now() < deadlineMs) {
    const item = await look();
    const nowMs = performance.now();
    if (item !== null) {
      // Count and status belong to one moment.
      expect(item.current_status).toBe(statusAt(item.message_count - 1));
      while (delays.length < item.message_count) {
        delays.push(nowMs - (publishedMs[delays.length] ?? Number.NaN));
      }
    }
    if (publisher.isDone) deadlineMs = Math.min(deadlineMs, nowMs + 10 * LIMIT_MS);
    await turn();
  }
  await publishing;
  expect(delays).toHaveLength(EVENTS);
  return delays.sort((a, b) => a - b);
}

describe('an event at 100 per second', () => {
  let app: App;

  beforeAll(async () => {
    app = await stage.start();
  });

  it.each([
    {
      route: '/services/{name}',
      look: async (name: string): Promise<ServiceItem | null> => {
        const { status, body } = await app.get<ServiceDetail>(`/api/v1/health/services/${name}`);
        return status === 200 ? body : null;
      },
    },
    {
      route: '/dashboard',
      look: async (name: string): Promise<ServiceItem | null> => {
        const { services } = await app.api<Dashboard>('/dashboard');
        return services.find(({ service_name }) => service_name === name) ?? null;
      },
    },
  ])('shows in GET $route within a second of its publication, p99', async ({ route, look }) => {
    const name = `visible-${route.length}`;

    const delays = await delaysMs(name, async () => await look(name));

    expect(delays[Math.ceil(EVENTS * 0.99) - 1]).toBeLessThan(LIMIT_MS);
  });
});
