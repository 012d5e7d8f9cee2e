import { healthEvent } from '../support/factories.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';
import type { App } from '../support/app.js';

/** As guarantees.md says: delivered so often, an entry is worked on alone; ... */
const ALONE_FROM = 3;
/** ... tried so often, its event is given up. */
const ATTEMPTS = 5;

const stage = useStage();

/** An entry as dead consumers leave it: delivered so often, and idle for long. */
async function leftBehind(documents: readonly object[], deliveries: number): Promise<string> {
  const { scope } = stage;
  const { redis, journal, group } = scope;
  const fields = documents.flatMap((document) => [scope.channel, JSON.stringify(document)]);
  const id = String(await redis.xadd(journal, '*', ...fields));
  await redis.xgroup('CREATE', journal, group, '0', 'MKSTREAM').catch(() => undefined);
  await redis.xreadgroup('GROUP', group, 'dead', 'COUNT', 1_000, 'STREAMS', journal, '>');
  await makeIdle(id, deliveries);
  return id;
}

async function makeIdle(id: string, deliveries: number): Promise<void> {
  const { redis, journal, group } = stage.scope;
  const options = ['IDLE', 3_600_000, 'RETRYCOUNT', deliveries, 'JUSTID'];
  await redis.call('XCLAIM', journal, group, 'dead', 0, id, ...options);
}

const attemptsAt = async (id: string, index: number): Promise<number> => {
  const { scope } = stage;
  return Number(await scope.redis.hget(scope.keys.attempts(scope.group), `${id} ${index}`));
};

const stored = async (service: string): Promise<number> =>
  await stage.scope.count('health_messages', 'service_name = $1', [service]);

it('an event that ends its consumer five times is a dead letter, and its neighbours are rows', async () => {
  const { scope } = stage;
  const migrated = await stage.start();
  await migrated.stop();
  // A commit of it never ends while somebody else holds the service: long enough to kill its process.
  const deadly = healthEvent({ service_name: 'deadly' });
  const id = await leftBehind(
    [healthEvent({ service_name: 'before' }), deadly, healthEvent({ service_name: 'after' })],
    ALONE_FROM,
  );
  const holder = await scope.database.connect();
  await holder.query('BEGIN');
  await holder.query(`INSERT INTO service_status (service_name) VALUES ('deadly')`);
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const app = stage.spawn();
      await waitUntil('it is tried', async () => (await attemptsAt(id, 1)) === attempt);
      await app.kill();
      expect(await stored('after')).toBe(0);
      await makeIdle(id, ALONE_FROM);
    }
    const app = await stage.start();
    await waitUntil('all is settled', async () => (await stored('after')) === 1);
    expect(app.logged('consumer.alone')).toHaveLength(1);
    await settled(scope, [app]);
  } finally {
    await holder.query('ROLLBACK');
    holder.release();
  }
  expect([await stored('before'), await stored('deadly'), await stored('after')]).toEqual([
    1, 0, 1,
  ]);
  expect(
    await scope.sql(
      `SELECT reason, attempts, event_index, convert_from(raw, 'UTF8') AS raw
         FROM health_dead_letters`,
    ),
  ).toEqual([
    {
      reason: 'too_many_attempts',
      attempts: ATTEMPTS,
      event_index: 1,
      raw: JSON.stringify(deadly),
    },
  ]);
  expect(await scope.redis.exists(scope.keys.attempts(scope.group))).toBe(0);
});

it('a healthy event that was delivered very often, through outages, is a row', async () => {
  const { scope } = stage;
  const events = Array.from({ length: 20 }, (_, n) =>
    healthEvent({ service_name: `patient-${n}` }),
  );
  const id = await leftBehind(events, 1_000);
  // While the table is away nothing can be said about any event, however often it is tried.
  await scope.sql('ALTER TABLE health_messages RENAME TO away');
  const killed = stage.spawn();
  await waitUntil('it has been tried', () => killed.logged('consumer.commit_failed').length > 0);
  expect(await attemptsAt(id, 0)).toBeLessThanOrEqual(1);
  await killed.kill();
  await makeIdle(id, 2_000);
  const app = stage.spawn();
  await waitUntil('it tries again', () => app.logged('consumer.commit_failed').length > 0);
  expect(await app.isReady()).toBe(false);
  await scope.sql('ALTER TABLE away RENAME TO health_messages');
  await app.ready();
  await settled(scope, [app]);

  for (const { service_name: service } of events) expect(await stored(service)).toBe(1);
  expect(await scope.count('health_dead_letters', `journal_id = $1`, [id])).toBe(0);
  await expectAccounts(app);
});

async function expectAccounts(app: App): Promise<void> {
  const { scope } = stage;
  expect(app.logged('accounting.imbalance')).toEqual([]);
  const [sums] = await scope.sql(
    `SELECT sum(stored)::integer AS stored, sum(dead_lettered)::integer AS dead_lettered
       FROM health_accounting`,
  );
  expect(sums).toEqual({
    stored: await scope.count('health_messages'),
    dead_lettered: await scope.count('health_dead_letters'),
  });
}
