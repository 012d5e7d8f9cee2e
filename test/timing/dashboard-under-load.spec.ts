import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { App } from '../support/app.js';
import { fleet } from '../support/factories.js';
import { publishAtRate } from '../support/load.js';
import type { Dashboard } from '../support/rest.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';

const SERVICES = 10_000;
const PER_SECOND = 1_000;
const SECONDS = 15;
const LOOKS_PER_SECOND = 7;
const LIMIT_MS = 200;

const stage = useStage();
let app: App;

interface Look {
  readonly status: number;
  readonly etag: string;
  readonly body: Dashboard | null;
}

async function look(query = '', etag?: string): Promise<Look> {
  const response = await fetch(`${app.url}/api/v1/health/dashboard${query}`, {
    headers: etag === undefined ? {} : { 'if-none-match': etag },
  });
  const text = await response.text();
  return {
    status: response.status,
    etag: response.headers.get('etag') ?? '',
    body: text === '' ? null : (JSON.parse(text) as Dashboard),
  };
}

/** What a reader in a process of its own met. */
async function looks(count: number): Promise<readonly { ms: number; services: number }[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    path.resolve(import.meta.dirname, '../support/dashboard-reader.mjs'),
    `${app.url}/api/v1/health/dashboard?limit=10000`,
    String(LOOKS_PER_SECOND),
    String(count),
  ]);
  return JSON.parse(stdout) as { ms: number; services: number }[];
}

beforeAll(async () => {
  app = await stage.start({ HEALTH_MAX_SERVICES: String(2 * SERVICES) });
  const first = fleet({ events: SERVICES, services: SERVICES, instancesPerService: 1 });
  await publishAtRate(stage.scope, 5_000, first);
  await settled(stage.scope, [app]);
  expect(await stage.scope.count('service_status')).toBe(SERVICES);
});

it(`the dashboard of ${SERVICES} services answers within ${LIMIT_MS} ms, p99, while ${PER_SECOND} events/s come in`, async () => {
  const { scope } = stage;
  const events = fleet({ events: PER_SECOND * SECONDS, services: SERVICES });
  const publishing = publishAtRate(scope, PER_SECOND, events);
  const showed = await looks(LOOKS_PER_SECOND * SECONDS);
  const times = showed.map(({ ms }) => ms);
  expect(new Set(showed.map(({ services }) => services))).toEqual(new Set([SERVICES]));
  await publishing;

  times.sort((a, b) => a - b);
  const p99 = times[Math.ceil(times.length * 0.99) - 1];
  process.stdout.write(
    `dashboard of ${SERVICES}: ${times.length} looks, p50 ${times[times.length >> 1]?.toFixed(0)} ms, ` +
      `p99 ${p99?.toFixed(0)} ms, max ${times.at(-1)?.toFixed(0)} ms\n`,
  );
  expect(p99).toBeLessThan(LIMIT_MS);
  await settled(scope, [app]);
  expect(await scope.count('health_messages')).toBe(SERVICES + events.length);
});

it('the dashboard is 304 where nothing has changed, and not where one service has', async () => {
  const { scope } = stage;
  await settled(scope, [app]);
  const before = await look();
  expect(await look('', before.etag)).toMatchObject({ status: 304, body: null, etag: before.etag });
  expect((await look('?limit=10', before.etag)).status).toBe(200);

  await publishAtRate(scope, 50, fleet({ events: 1, services: 1, prefix: 'new' }));
  await settled(scope, [app]);

  const after = await look('', before.etag);
  expect(after.status).toBe(200);
  expect(after.body?.summary.total).toBe(SERVICES + 1);
});
