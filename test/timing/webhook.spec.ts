import { createHmac } from 'node:crypto';
import { deferred } from '../../src/runtime/deferred.js';
import type { App } from '../support/app.js';
import { fleet, healthEvent } from '../support/factories.js';
import { publishAtRate } from '../support/load.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { allTold, expectAllToldOnce } from '../support/told-changes.js';
import { waitUntil } from '../support/wait-until.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

const KEY = Buffer.alloc(32, 7);
const SERVICES = 20;
/** Each one changes its instance's status; a service's changes within one batch are one. */
const EVENTS = 1_000;
const LEAST_CHANGES = 100;
const PER_SECOND = 500;
/** More than both instances make before they find that the receiver is down, and then probe it. */
const ATTEMPTS = 20;

const TABLES = [
  'webhook_deliveries',
  'health_status_changes',
  'service_instances',
  'service_status',
] as const;

const stage = useStage();
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await WebhookReceiver.open();
});

afterAll(async () => {
  await receiver.goAway();
});

afterEach(async () => {
  receiver.forget();
  for (const table of TABLES) {
    await stage.scope.sql(`DELETE FROM ${table}`); // the next test compares its own
  }
});

const environment = (): Record<string, string> => ({
  HEALTH_WEBHOOK_URL: receiver.url,
  HEALTH_WEBHOOK_SECRET: `whsec_${KEY.toString('base64')}`,
  HEALTH_WEBHOOK_ALLOW_PRIVATE: 'true',
});

const changingFleet = (services = SERVICES): ReturnType<typeof fleet> =>
  fleet({ events: EVENTS, services, instancesPerService: 1 });

async function publish(fields: Record<string, unknown>): Promise<void> {
  const { channel, redis } = stage.scope;
  await redis.publish(channel, JSON.stringify(healthEvent(fields)));
}

async function untilAttempted(times: number): Promise<void> {
  await waitUntil(
    `${times} attempts`,
    async () => {
      const [row] = await stage.scope.sql<{ n: number }>(
        'SELECT coalesce(sum(attempts), 0)::integer AS n FROM webhook_deliveries',
      );
      return (row?.n ?? 0) >= times;
    },
    { deadlineMs: 60_000 },
  );
}

async function metric(app: App, sample: string): Promise<number> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${sample} `));
  if (line === undefined) throw new Error(`no sample ${sample}`);
  return Number(line.split(' ')[1]);
}

describe('with two instances', () => {
  let apps: readonly App[];

  beforeAll(async () => {
    apps = await stage.startMany(2, environment());
  });

  afterAll(async () => {
    await Promise.all(apps.map(async (app) => await app.stop()));
  });

  it('every change of a status is told once, in order, signed', async () => {
    await publishAtRate(stage.scope, PER_SECOND, changingFleet());
    await settled(stage.scope, apps);
    await fetch(`${apps[0]?.url}/api/v1/health/services/service-0`, { method: 'DELETE' });
    await allTold(stage.scope);

    expect(await expectAllToldOnce(stage.scope, receiver)).toBeGreaterThan(LEAST_CHANGES);
    expect(receiver.requests).toHaveLength(receiver.accepted.length);
    expect(receiver.overlapping).toEqual(new Set());
    const ends = receiver.accepted.filter(({ told }) => told.reason === 'deleted');
    expect(ends.map(({ told }) => [told.service_name, told.to_status])).toEqual([
      ['service-0', 'unknown'],
    ]);
    for (const { headers, body, told } of receiver.requests) {
      const timestamp = String(headers['webhook-timestamp']);
      const signed = createHmac('sha256', KEY).update(`${told.id}.${timestamp}.${body}`);
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'idempotency-key': told.id,
        'webhook-id': told.id,
        'webhook-signature': `v1,${signed.digest('base64')}`,
      });
      expect(Math.abs(Date.now() / 1_000 - Number(timestamp))).toBeLessThan(120);
    }
    const counts = await Promise.all(
      apps.map(
        async (app) =>
          await metric(app, 'health_monitor_webhook_deliveries_total{outcome="delivered"}'),
      ),
    );
    expect(counts.reduce((sum, one) => sum + one)).toBe(receiver.accepted.length);
    for (const count of counts) expect(count).toBeGreaterThan(0);
  });

  it('a receiver that is away for a while misses nothing', async () => {
    const [app] = apps as [App, App];
    await publish({ service_name: 'before', status: 'ok' });
    await waitUntil('the first change is told', () => receiver.accepted.length === 1);
    await receiver.goAway();
    await publishAtRate(stage.scope, PER_SECOND, changingFleet());
    await settled(stage.scope, apps);
    await untilAttempted(ATTEMPTS);
    await waitUntil(
      'the metrics tell of the backlog',
      async () =>
        (await metric(app, 'health_monitor_webhook_pending_deliveries')) > LEAST_CHANGES &&
        (await metric(app, 'health_monitor_webhook_oldest_pending_seconds')) > 1,
    );
    await receiver.comeBack();
    await allTold(stage.scope);

    await expectAllToldOnce(stage.scope, receiver);
    expect(receiver.requests).toHaveLength(receiver.accepted.length);
    expect(apps.flatMap((app) => app.logged('webhook.receiver_down'))).not.toEqual([]);
    await waitUntil(
      'the metrics tell that nothing is left',
      async () => (await metric(app, 'health_monitor_webhook_pending_deliveries')) === 0,
    );
  });

  it('a slow receiver gets a bounded number of requests, and one at a time of each service', async () => {
    receiver.answer = () => ({ status: 200, afterMs: 100 });
    await publishAtRate(stage.scope, PER_SECOND, changingFleet(200));
    const [stats] = await settled(stage.scope, apps);
    await allTold(stage.scope);

    await expectAllToldOnce(stage.scope, receiver);
    expect(stats?.shed).toBe(0);
    expect(receiver.overlapping).toEqual(new Set());
    expect(receiver.mostAtOnce).toBeGreaterThan(1);
    expect(receiver.mostAtOnce).toBeLessThanOrEqual(16);
  });
});

describe('a receiver that answers', () => {
  it('500, 400 or 302 is told again, and nothing later of that service meanwhile', async () => {
    const FAILURES = [500, 400, 302];
    const elsewhere = await WebhookReceiver.open();
    const app = await stage.start(environment());
    receiver.answer = ({ repetition, told }) =>
      repetition < 2
        ? { status: Number(told.service_name), location: elsewhere.url }
        : { status: 204 };
    for (const to of ['ok', 'down', 'ok']) {
      for (const status of FAILURES) await publish({ service_name: String(status), status: to });
      await settled(stage.scope, [app]);
    }
    await allTold(stage.scope);

    expect(await expectAllToldOnce(stage.scope, receiver)).toBe(3 * FAILURES.length);
    for (const status of FAILURES) {
      const [accepted, requests] = [receiver.accepted, receiver.requests].map((all) =>
        all.filter(({ told }) => told.service_name === String(status)).map(({ told }) => told.id),
      );
      expect(requests).toEqual(accepted?.flatMap((id) => [id, id, id]));
    }
    for (const { told, body } of receiver.requests) {
      expect(receiver.accepted.find((one) => one.told.id === told.id)?.body).toBe(body);
    }
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.goAway();
  });

  it('nothing but errors for an hour loses that change, with an error in the log, and no other', async () => {
    const app = await stage.start(environment());
    receiver.answer = ({ told }) => ({ status: told.to_status === 'unhealthy' ? 500 : 204 });
    for (const status of ['down', 'ok']) {
      await publish({ service_name: 'lost', status });
      await settled(stage.scope, [app]);
    }
    await publish({ service_name: 'other', status: 'ok' });
    await waitUntil('the other service is told of', () => receiver.accepted.length === 1);
    await untilAttempted(3);
    // An hour is too long for a test: the first of the two is made to have been due for one.
    await stage.scope.sql(
      `UPDATE webhook_deliveries SET first_due_at = first_due_at - interval '1 hour'
        WHERE change_id = (SELECT min(change_id) FROM webhook_deliveries)`,
    );
    await allTold(stage.scope);

    expect(receiver.accepted.map(({ told }) => [told.service_name, told.to_status])).toEqual([
      ['other', 'healthy'],
      ['lost', 'healthy'],
    ]);
    expect(app.logged('webhook.given_up')).toEqual([
      expect.objectContaining({
        level: 'error',
        deliveries: [expect.objectContaining({ service_name: 'lost', last_error: 'answered 500' })],
      }),
    ]);
    const sample = 'health_monitor_webhook_deliveries_total{outcome="given_up"}';
    expect(await metric(app, sample)).toBe(1);
  });
});

describe('a receiver on a private address', () => {
  it('is not told, nor connected to, until that is allowed', async () => {
    const careful = { ...environment(), HEALTH_WEBHOOK_ALLOW_PRIVATE: 'false' };
    const app = await stage.start(careful);
    await publish({ service_name: 'inside', status: 'down' });
    const [line] = await waitUntil('the refusal is logged', () => {
      const lines = app.logged('webhook.attempt_failed');
      return lines.length > 0 ? lines : null;
    });
    expect(line).toMatchObject({
      level: 'warn',
      service_name: 'inside',
      reason: expect.stringContaining('HEALTH_WEBHOOK_ALLOW_PRIVATE'),
    });
    await app.stop();
    expect(receiver.requests).toEqual([]);

    await stage.start(environment());
    await allTold(stage.scope);
    expect(await expectAllToldOnce(stage.scope, receiver)).toBe(1);
  });
});

describe('an instance that is killed while it sends', () => {
  it('loses nothing: another one sends what it was at, with the same keys', async () => {
    const { scope } = stage;
    const victim = await stage.start(environment());
    const isDead = deferred();
    receiver.answer = async () => {
      await isDead.promise;
      return { status: 204 };
    };
    await publishAtRate(scope, PER_SECOND, changingFleet());
    await settled(scope, [victim]);
    await waitUntil('it sends as much as it may', () => receiver.waiting === 8);
    const leases = await scope.sql<{ change_id: string; left_seconds: number }>(
      `SELECT change_id, date_part('epoch', leased_until - clock_timestamp()) AS left_seconds
         FROM webhook_deliveries WHERE leased_until IS NOT NULL`,
    );
    expect(leases).toHaveLength(8);
    for (const { left_seconds: left } of leases) expect(left).toBeLessThanOrEqual(30);
    const survivor = stage.spawn(environment());
    await survivor.ready();
    await waitUntil('the other one sends too', () => receiver.waiting === 16);
    const atKill = receiver.requests.map(({ told }) => told.id);
    await victim.kill();
    // Half a minute is long for a test: the leases of the dead are made to end sooner.
    await scope.sql(
      `UPDATE webhook_deliveries SET leased_until = leased_until - interval '25 s'
        WHERE change_id = ANY ($1)`,
      [leases.map(({ change_id: id }) => id)],
    );
    isDead.resolve();
    await allTold(scope);

    await expectAllToldOnce(scope, receiver);
    const again = receiver.requests.filter(({ repetition }) => repetition > 0);
    expect(again.length).toBeGreaterThanOrEqual(8);
    expect(again.filter(({ told }) => !atKill.includes(told.id))).toEqual([]);
  });

  it('ends in time when it is asked to, and leaves what it was at to others at once', async () => {
    const app = await stage.start(environment());
    receiver.answer = () => null;
    await publish({ service_name: 'leaving', status: 'ok' });
    await waitUntil('it is being told', () => receiver.waiting === 1);
    const { code, ms } = await app.stop();
    expect({ code, isFast: ms < 5_000 }).toEqual({ code: 0, isFast: true });

    receiver.answer = () => ({ status: 204 });
    await stage.start(environment());
    await allTold(stage.scope, 10_000); // a lease would last longer
    expect(await expectAllToldOnce(stage.scope, receiver)).toBe(1);
  });
});

describe('without a webhook', () => {
  it('nothing is kept to be sent', async () => {
    const app = await stage.start();
    await publish({ service_name: 'quiet', status: 'down' });
    await settled(stage.scope, [app]);
    expect(await stage.scope.count('health_status_changes')).toBe(1);
    expect(await stage.scope.count('webhook_deliveries')).toBe(0);
    expect(await metric(app, 'health_monitor_webhook_pending_deliveries')).toBe(0);
  });
});
