import { createHmac } from 'node:crypto';
import { ALERT_NAMES, type AlertName } from '../../src/alerts/alert.js';
import type { App } from '../support/app.js';
import { fleet, healthEvent } from '../support/factories.js';
import { publishAtRate } from '../support/load.js';
import type { AlertItem, AlertList } from '../support/rest.js';
import { databaseOutage } from '../support/outage.js';
import { settled, statsOf } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { SteadyPublisher } from '../support/steady-publisher.js';
import { allTold } from '../support/told-changes.js';
import { waitUntil } from '../support/wait-until.js';
import { type Told, type ToldAlert, WebhookReceiver } from '../support/webhook-receiver.js';

const KEY = Buffer.alloc(32, 7);
const PASSWORD = 'alerts';
const PER_SECOND = 200;
/** A third of the default: what fires nothing with it does not with that. */
const RESTART_HOLD_SECONDS = 10;
/** Of the instances that alerts are to fire in. */
const HOLD_SECONDS = 2;
const POOL_SIZE = 6;
/** Of fewer events no share of errors is judged. */
const MIN_EVENTS = 20;
/** Of all that waits below: the hold time both ways, and a machine with other work. */
const PATIENCE = { deadlineMs: 20_000 };

// Before the stage's own: the user is needed until the instances have ended, and Redis to delete it.
afterAll(async () => {
  await Promise.all(apps.map(async (app) => await app.stop()));
  await stage.scope.redis.call('ACL', 'DELUSER', user());
  await receiver.goAway();
});

const stage = useStage();
let receiver: WebhookReceiver;
let apps: App[] = [];
let environment: Record<string, string>;

/** The Redis user of the instances; what it may do is what is broken below. */
const user = (): string => `alerts-${stage.scope.id}`;
const acl = async (...rules: string[]): Promise<void> => {
  await stage.scope.redis.call('ACL', 'SETUSER', user(), ...rules);
};

const alertsOf = async (app: App): Promise<readonly AlertItem[]> =>
  (await app.api<AlertList>('/alerts')).items;

const alertOf = async (app: App, name: AlertName): Promise<AlertItem> => {
  const alert = (await alertsOf(app)).find((one) => one.name === name);
  if (alert === undefined) throw new Error(`no alert ${name}`);
  return alert;
};

const firingIn = async (app: App): Promise<string[]> =>
  (await alertsOf(app)).filter(({ state }) => state === 'firing').map(({ name }) => name);

/** Resolves to the alert in the first of the instances when it has the state in all of them. */
async function becomes(
  state: AlertItem['state'],
  name: AlertName,
  instances: readonly App[] = apps,
): Promise<AlertItem> {
  return await waitUntil(
    `${name} is ${state}`,
    async () => {
      const found = await Promise.all(instances.map(async (app) => await alertOf(app, name)));
      return found.every((alert) => alert.state === state) ? found[0] : null;
    },
    PATIENCE,
  );
}

async function metric(app: App, name: AlertName): Promise<number> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  const sample = `health_monitor_alert_firing{name="${name}"} `;
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(sample))
      ?.slice(sample.length),
  );
}

async function publish(fields: Record<string, unknown>): Promise<void> {
  const { channel, redis } = stage.scope;
  await redis.publish(channel, JSON.stringify(healthEvent(fields)));
}

async function publishRaw(texts: readonly string[]): Promise<void> {
  const { channel, redis } = stage.scope;
  const pipeline = redis.pipeline();
  for (const text of texts) pipeline.publish(channel, text);
  await pipeline.exec();
}

const isOfAlert = (one: Told | ToldAlert): one is ToldAlert => one.type === 'alert.changed';

/** What the webhook was told of alerts, by name: the states in the order of the requests. */
function told(): Map<string, string[]> {
  const states = new Map<string, string[]>();
  for (const { told: one } of receiver.accepted) {
    if (!isOfAlert(one)) continue;
    const { name, state } = one;
    states.set(name, [...(states.get(name) ?? []), state]);
  }
  return states;
}

beforeAll(async () => {
  receiver = await WebhookReceiver.open();
  await acl('on', `>${PASSWORD}`, '~*', '&*', '+@all');
  const url = new URL(stage.scope.environment['REDIS_URL'] ?? '');
  [url.username, url.password] = [user(), PASSWORD];
  environment = {
    REDIS_URL: url.href,
    DATABASE_POOL_SIZE: String(POOL_SIZE),
    HEALTH_SELF_HEARTBEAT_MS: '300',
    HEALTH_GAP_AFTER_MS: '1500',
    HEALTH_GRACE_SECONDS: '0',
    HEALTH_WEBHOOK_URL: receiver.url,
    HEALTH_WEBHOOK_SECRET: `whsec_${KEY.toString('base64')}`,
    HEALTH_WEBHOOK_ALLOW_PRIVATE: 'true',
  };
});

const holding = (seconds: number): Record<string, string> => ({
  ...environment,
  HEALTH_ALERT_HOLD_SECONDS: String(seconds),
});

describe('a rolling restart of three instances under load', () => {
  it('fires nothing', async () => {
    const { scope } = stage;
    const variables = holding(RESTART_HOLD_SECONDS);
    const running = await stage.startMany(3, variables);
    const services = Array.from({ length: 10 }, (_, index) => `service-${String(index)}`);
    const publisher = SteadyPublisher.start(scope, PER_SECOND, (index) =>
      healthEvent({ service_name: services[index % services.length] }),
    );
    const all = [...running];
    for (const old of [...running]) {
      await waitUntil('it is at work', async () => (await statsOf(old)).stored > 0);
      const [{ code }, successor] = await Promise.all([old.stop(), stage.start(variables)]);
      expect(code).toBe(0);
      running.splice(running.indexOf(old), 1, successor);
      all.push(successor);
    }
    await publisher.stop();
    await settled(scope, running);
    for (const app of running) {
      expect((await alertsOf(app)).map(({ name }) => name)).toEqual(ALERT_NAMES);
      expect(await firingIn(app)).toEqual([]);
    }
    expect(all).toHaveLength(6);
    for (const app of all) expect(app.logged('alert.firing')).toEqual([]);
    expect(told()).toEqual(new Map());
  });
});

/** Redis writes no append-only file for a while. */
async function writeNoFile(): Promise<void> {
  const { redis } = stage.scope;
  await redis.config('SET', 'appendonly', 'no');
  try {
    expect((await becomes('firing', 'journal_not_durable')).summary).toContain('appendonly is no');
  } finally {
    await redis.config('SET', 'appendonly', 'yes');
  }
  await becomes('ok', 'journal_not_durable');
}

/** Many services are silent at once, until they are heard again. */
async function fallSilent(): Promise<void> {
  const silent = Array.from({ length: 12 }, (_, index) => `silent-${String(index)}`);
  const report = async (ttl: number): Promise<void> => {
    for (const name of silent) await publish({ service_name: name, ttl_seconds: ttl });
  };
  await report(1);
  expect((await becomes('firing', 'self_preservation')).value).toBe(silent.length);
  await report(0);
  await becomes('ok', 'self_preservation');
}

/** More than one event of twenty cannot be read; then good ones come. */
async function sendUnreadable(): Promise<void> {
  const { scope } = stage;
  const processed = async (): Promise<number> => {
    const [row] = await scope.sql<{ n: number }>(
      'SELECT sum(read)::integer AS n FROM health_accounting',
    );
    return row?.n ?? 0;
  };
  const before = await processed();
  const bad = MIN_EVENTS + Math.ceil(0.055 * before);
  const unreadable = Array.from({ length: bad }, (_, index) => `{"not": ${String(index)}`);
  await publishRaw(unreadable);
  await Promise.all([becomes('firing', 'high_error_rate'), becomes('firing', 'dead_letters')]);
  const [app] = apps as [App];
  await waitUntil('all are counted', async () => {
    const [rate, letters] = [
      await alertOf(app, 'high_error_rate'),
      await alertOf(app, 'dead_letters'),
    ];
    return letters.value === bad && (rate.value ?? 0) > 0.05;
  });

  await publishAtRate(scope, 4_000, fleet({ events: Math.ceil(bad / 0.023) - before }));
  await becomes('ok', 'high_error_rate');
  expect(await scope.count('health_dead_letters')).toBe(bad);
}

describe('three instances', () => {
  beforeAll(async () => {
    apps = await stage.startMany(3, holding(HOLD_SECONDS));
  });

  it('answer for alerts while the database is away, and have them told when it is back', async () => {
    const outage = await databaseOutage();
    const timesTold = (): number => told().get('journal_lag')?.length ?? 0;
    let before = 0;
    try {
      await outage.begin();
      before = timesTold();
      await publish({ service_name: 'waiting' });
      await becomes('firing', 'journal_lag');
      expect(timesTold()).toBe(before);
      await outage.end();
    } finally {
      await outage.close();
    }
    await waitUntil('it is told', () => timesTold() > before, PATIENCE);
  });

  describe('have an alert fire by its cause, and clear when that is over:', () => {
    it('journal_not_durable, self_preservation, high_error_rate and dead_letters, by four causes at once', async () => {
      await Promise.all([writeNoFile(), fallSilent(), sendUnreadable()]);
    });

    it('consumer_down, where no instance may read the journal', async () => {
      await Promise.all([becomes('ok', 'consumer_down'), becomes('ok', 'observation_gap')]);
      await acl('-xreadgroup');
      const alert = await becomes('firing', 'consumer_down');
      expect(alert).toMatchObject({
        severity: 'critical',
        threshold: 1.5,
        summary: expect.stringContaining('NOPERM'),
      });
      expect(alert.value).toBeGreaterThan(1.5 + HOLD_SECONDS);
      for (const app of apps) expect(await metric(app, 'consumer_down')).toBe(1);
      await acl('+xreadgroup');
      await becomes('ok', 'consumer_down');
      for (const app of apps) expect(await metric(app, 'consumer_down')).toBe(0);
      await becomes('ok', 'observation_gap');
    });

    it('observation_gap, where nobody may use the channels; the consumers work', async () => {
      await acl('resetchannels');
      await becomes('firing', 'observation_gap');
      for (const app of apps) expect((await alertOf(app, 'consumer_down')).state).toBe('ok');
      await acl('&*');
      await becomes('ok', 'observation_gap');
    });

    it('pool_exhaustion and journal_lag, where a lock holds up commits and reads', async () => {
      const { scope } = stage;
      const [asked, ...others] = apps as [App, ...App[]];
      const client = await scope.database.connect();
      await client.query('BEGIN');
      await client.query('LOCK TABLE service_status IN ACCESS EXCLUSIVE MODE');
      const answers = new Set<number>();
      let isOver = false;
      const ask = async (): Promise<void> => {
        while (!isOver) answers.add((await asked.get('/api/v1/health/services')).status);
      };
      try {
        await publish({ service_name: 'locked' });
        const asking = Array.from({ length: 3 * POOL_SIZE }, ask);
        const [pool, lag] = await Promise.all([
          becomes('firing', 'pool_exhaustion', [asked]),
          becomes('firing', 'journal_lag'),
        ]);
        expect(pool).toMatchObject({ value: 1, summary: expect.stringContaining('wait for one') });
        expect(lag.value).toBeGreaterThanOrEqual(HOLD_SECONDS);
        for (const app of others) expect(await metric(app, 'pool_exhaustion')).toBe(0);
        isOver = true;
        await client.query('ROLLBACK');
        await Promise.all(asking);
      } finally {
        isOver = true;
        await client.query('ROLLBACK');
        client.release();
      }
      await Promise.all([becomes('ok', 'pool_exhaustion'), becomes('ok', 'journal_lag')]);
      expect([...answers].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    });
  });

  it('tell the webhook each change of the deployment once, in order, signed', async () => {
    await becomes('ok', 'dead_letters'); // those of above are no news any more
    await waitUntil(
      'the deployment has cleared all',
      async () => (await stage.scope.count('health_alerts', `state <> 'ok'`)) === 0,
      PATIENCE,
    );
    await allTold(stage.scope);
    const states = told();
    expect([...states.keys()].sort()).toEqual([...ALERT_NAMES].sort());
    for (const [name, all] of states) {
      const turns = all.map((_, index) => (index % 2 === 0 ? 'firing' : 'ok'));
      expect({ name, all }).toEqual({ name, all: turns });
      expect(all.at(-1)).toBe('ok');
    }
    // The others may have fired in the outage, too.
    for (const name of ['high_error_rate', 'journal_not_durable', 'self_preservation'] as const) {
      expect({ name, times: states.get(name)?.length }).toEqual({ name, times: 2 });
    }
    const ofAlerts = receiver.requests.filter(({ body }) => body.includes('alert.changed'));
    expect(new Set(ofAlerts.map((request) => request.told.id)).size).toBe(ofAlerts.length);
    for (const { headers, body, told: one } of ofAlerts) {
      const signed = createHmac('sha256', KEY).update(
        `${one.id}.${String(headers['webhook-timestamp'])}.${body}`,
      );
      expect(headers['webhook-signature']).toBe(`v1,${signed.digest('base64')}`);
    }
  });

  it('each say it in the log, too: an error or a warning, then that it is over', () => {
    for (const app of apps) {
      const lines = app.logged('alert.firing');
      for (const { alert, severity, level } of lines) {
        const expected = severity === 'critical' ? 'error' : 'warn';
        expect({ alert, level }).toEqual({ alert, level: expected });
      }
      expect(new Set(lines.map(({ alert }) => alert))).toContain('consumer_down');
      const cleared = app.logged('alert.cleared');
      for (const { level } of cleared) expect(level).toBe('info');
      const names = (of: typeof lines): unknown[] =>
        of.map(({ alert }) => alert).filter((name) => name !== 'journal_lag'); // a busy machine lags at any time
      const fired = [...lines, ...app.logged('alert.taken_over')];
      expect(names(cleared).sort()).toEqual(names(fired).sort());
    }
  });
});
