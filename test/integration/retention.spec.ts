import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { Environment } from '../../src/config/environment.js';
import { loadEnvironment } from '../../src/config/load.js';
import { AggregateKeeping } from '../../src/retention/aggregate-keeping.js';
import { ChunkRemoval } from '../../src/retention/chunk-removal.js';
import { HistoryRemoval } from '../../src/retention/history-removal.js';
import { MessageRetention } from '../../src/retention/message-retention.js';
import { RetentionKeeping } from '../../src/retention/retention-keeping.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { Database } from '../../src/storage/database.js';
import { DatabaseGate } from '../../src/storage/database-gate.js';
import { HourlyAggregate } from '../../src/storage/hourly-aggregate.js';
import { runCommand } from '../support/command.js';
import { describeOn } from '../support/edition.js';
import { KeptLog } from '../support/kept-log.js';
import { Scope } from '../support/scope.js';
import { waitUntil } from '../support/wait-until.js';

let scope: Scope;
let dataSource: DataSource;
let database: Database;

const environment = (variables: Record<string, string> = {}): Environment =>
  loadEnvironment({ ...scope.environment, LOG_LEVEL: 'silent', ...variables });

beforeAll(async () => {
  scope = await Scope.open();
  await runCommand('src/cli/migrate.js', scope.environment);
  dataSource = await createDataSource(environment()).initialize();
  database = new Database(dataSource);
});

afterAll(async () => {
  await dataSource.destroy();
  await scope.close();
});

beforeEach(async () => {
  await scope.sql(`TRUNCATE health_retention, health_messages, health_transitions, health_silences,
    health_status_changes, health_gaps, health_holds, health_accounting, self_preservation,
    service_instances, service_status, service_deletions, service_settings`);
});

/** Keeps the audit log as an instance does that was started with a retention of so many days. */
function keeping(days: number): { look: () => Promise<string>; log: KeptLog } {
  const settings = environment({ HEALTH_RETENTION_DAYS: String(days) });
  const log = new KeptLog(settings);
  const chunks = new ChunkRemoval(database, log);
  const retention = new MessageRetention(settings, database, chunks, log);
  return { log, look: async () => await retention.look() };
}

/** One message at noon, so many days ago, each. */
async function store(...daysAgo: readonly number[]): Promise<void> {
  await scope.sql(
    `INSERT INTO health_messages
       (occurred_at, message_id, received_at, service_name, instance_id, status, payload)
     SELECT at, gen_random_uuid(), at, 'payments', 'a', 'healthy', '{}'
       FROM (SELECT date_trunc('day', now()) - n * interval '1 day' + interval '12 hours' AS at
               FROM unnest($1::integer[]) AS n) AS moment`,
    [daysAgo],
  );
}

/** How many days ago the messages are from that are left. */
const left = async (): Promise<number[]> =>
  (
    await scope.sql<{ days: number }>(
      `SELECT (date_trunc('day', now())::date - occurred_at::date)::integer AS days
         FROM health_messages ORDER BY occurred_at`,
    )
  ).map(({ days }) => days);

/** From when on nothing was removed, in days ago. */
const onRecord = async (): Promise<{ from: number | null; policy: number | null }[]> =>
  await scope.sql(
    `SELECT round(extract(epoch FROM now() - messages_from) / 86400)::integer AS from,
            policy_days AS policy
       FROM health_retention`,
  );

describeOn('apache', 'the audit log, where no policy drops it', () => {
  it('goes chunk by chunk when it is older than its retention, and it is told', async () => {
    await store(0, 5, 29, 31, 32, 40);
    const { look, log } = keeping(30);
    expect(await look()).toBe('done');
    expect(await left()).toEqual([29, 5, 0]);
    expect(log.lines).toEqual([
      expect.objectContaining({
        level: 'info',
        event: 'retention.dropped',
        table: 'health_messages',
        chunks: 3,
      }),
    ]);
    expect(await onRecord()).toEqual([{ from: expect.any(Number) as number, policy: null }]);
    await look();
    expect(log.lines).toHaveLength(1);
  });

  it('goes down to a retention that became shorter, and stays gone when it becomes longer again', async () => {
    await store(0, 9, 12, 20);
    await keeping(30).look();
    expect(await left()).toEqual([20, 12, 9, 0]);
    await keeping(10).look();
    expect(await left()).toEqual([9, 0]);
    const [before] = await onRecord();
    await keeping(30).look();
    expect(await onRecord()).toEqual([before]);
    await store(15);
    await keeping(30).look();
    expect(await left()).toEqual([15, 9, 0]);
  });

  it('waits for whoever reads what has to go, and holds up nobody who stores', async () => {
    await store(0, 31, 40);
    const { look, log } = keeping(30);
    const reader = await scope.database.connect();
    try {
      await reader.query('BEGIN');
      await reader.query(
        `SELECT count(*) FROM health_messages WHERE occurred_at < now() - interval '35 days'`,
      );
      const looking = look();
      await store(0, 1, 2);
      expect(await looking).toBe('again');
    } finally {
      await reader.query('ROLLBACK');
      reader.release();
    }
    expect(await left()).toEqual([40, 31, 2, 1, 0, 0]);
    expect(await look()).toBe('done');
    expect(await left()).toEqual([2, 1, 0, 0]);
    expect(log.lines).toEqual([expect.objectContaining({ chunks: 2 })]);
  });

  it('is dropped once though several instances look at the same time', async () => {
    await store(0, ...Array.from({ length: 12 }, (_, n) => 31 + n));
    const several = [keeping(30), keeping(30), keeping(30)];
    await Promise.all(several.map(({ look }) => look()));
    await keeping(30).look();
    expect(await left()).toEqual([0]);
    const dropped = several.flatMap(({ log }) => log.lines).map(({ chunks }) => Number(chunks));
    expect(dropped.reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(12);
  });

  it('goes at the start of an instance', async () => {
    await store(0, 31);
    const settings = environment();
    const own = createDataSource(settings);
    const log = new KeptLog(settings);
    const gate = new DatabaseGate(own, settings, log);
    const mine = new Database(own);
    const keeper = new RetentionKeeping(
      gate,
      new MessageRetention(settings, mine, new ChunkRemoval(mine, log), log),
      new HistoryRemoval(settings, mine, log),
      new AggregateKeeping(settings, mine, new HourlyAggregate(log), log),
      log,
    );
    gate.onApplicationBootstrap();
    keeper.onApplicationBootstrap();
    await waitUntil('the old chunk is gone', async () => (await left()).length === 1);
    await keeper.beforeApplicationShutdown();
    await gate.beforeApplicationShutdown();
    await own.destroy();
    expect(await left()).toEqual([0]);
  });
});

describeOn('community', 'the audit log, where a policy of TimescaleDB drops it', () => {
  const policies = async (): Promise<{ job_id: number; drop_after: string; hourly: boolean }[]> =>
    await scope.sql(
      `SELECT job_id, config ->> 'drop_after' AS drop_after,
              schedule_interval = interval '1 hour' AS hourly
         FROM timescaledb_information.jobs
        WHERE proc_name = 'policy_retention' AND hypertable_schema = $1`,
      [scope.schema],
    );

  const runPolicy = async (): Promise<void> => {
    const [policy] = await policies();
    await scope.sql(`CALL public.run_job(${String(policy?.job_id)})`);
  };

  afterEach(async () => {
    await scope.sql(`SELECT public.remove_retention_policy('health_messages', if_exists => true)`);
  });

  it('has a policy of its retention, which drops what is older', async () => {
    await store(0, 29, 31, 40);
    const { look, log } = keeping(30);
    await look();
    await look();
    expect(await policies()).toEqual([
      { job_id: expect.any(Number) as number, drop_after: '30 days', hourly: true },
    ]);
    expect(log.lines).toEqual([
      expect.objectContaining({ event: 'retention.policy_set', days: 30, before: null }),
    ]);
    await runPolicy();
    expect(await left()).toEqual([29, 0]);
    expect(await onRecord()).toEqual([{ from: null, policy: 30 }]);
  });

  it('has the new policy alone after the retention was changed, down and up', async () => {
    await store(0, 9, 12);
    for (const days of [30, 10]) await keeping(days).look();
    expect((await policies()).map(({ drop_after }) => drop_after)).toEqual(['10 days']);
    expect(await onRecord()).toEqual([{ from: 30, policy: 10 }]);
    await runPolicy();
    expect(await left()).toEqual([9, 0]);
    await keeping(60).look();
    expect((await policies()).map(({ drop_after }) => drop_after)).toEqual(['60 days']);
    expect(await onRecord()).toEqual([{ from: 10, policy: 60 }]);
  });

  it('has no policy that somebody else made', async () => {
    await scope.sql(`SELECT public.add_retention_policy('health_messages', interval '5 days')`);
    await keeping(30).look();
    expect((await policies()).map(({ drop_after }) => drop_after)).toEqual(['30 days']);
    expect(await onRecord()).toEqual([{ from: 5, policy: 30 }]);
  });

  it('has one policy though several instances start at the same time', async () => {
    await Promise.all([keeping(30), keeping(30), keeping(30)].map(({ look }) => look()));
    expect((await policies()).map(({ drop_after }) => drop_after)).toEqual(['30 days']);
  });
});

describe('the histories', () => {
  const remove = async (days = 400): Promise<readonly Record<string, unknown>[]> => {
    const settings = environment({ HEALTH_TRANSITION_RETENTION_DAYS: String(days) });
    const log = new KeptLog(settings);
    expect(await new HistoryRemoval(settings, database, log).look()).toBe('done');
    return log.lines;
  };

  const transition = async (instance: string, daysAgo: number, to: string): Promise<void> => {
    await scope.sql(
      `INSERT INTO health_transitions
         (occurred_at, service_name, instance_id, message_id, received_at, to_status, reason)
       SELECT at, 'payments', $1, $2, at, $3, 'event'
         FROM (SELECT now() - $4 * interval '1 day' AS at) AS moment`,
      [instance, randomUUID(), to, daysAgo],
    );
  };

  const deletion = async (instance: string | null, daysAgo: number): Promise<void> => {
    await scope.sql(
      `INSERT INTO service_deletions (service_name, instance_id, deleted_at, received_through)
       SELECT 'payments', $1, at, at FROM (SELECT now() - $2 * interval '1 day' AS at) AS moment`,
      [instance, daysAgo],
    );
  };

  /** `instance status days` of each transition that is left. */
  const transitions = async (): Promise<string[]> =>
    (
      await scope.sql<{ told: string }>(
        `SELECT concat_ws(' ', instance_id, to_status,
                          round(extract(epoch FROM now() - occurred_at) / 86400)) AS told
           FROM health_transitions ORDER BY instance_id, occurred_at`,
      )
    ).map(({ told }) => told);

  const chunks = async (): Promise<number> =>
    (
      await scope.sql(
        `SELECT FROM timescaledb_information.chunks
          WHERE hypertable_schema = $1 AND hypertable_name = 'health_transitions'`,
        [scope.schema],
      )
    ).length;

  beforeEach(async () => {
    await scope.sql(`INSERT INTO service_status (service_name) VALUES ('payments')`);
  });

  it('lose what is too old, but not what an instance is by it', async () => {
    for (const [days, to] of [
      [900, 'healthy'],
      [600, 'unhealthy'],
      [500, 'healthy'],
      [300, 'degraded'],
    ] as const) {
      await transition('a', days, to);
    }
    await transition('b', 800, 'degraded');
    const before = await chunks();
    const lines = await remove();
    expect(await transitions()).toEqual(['a healthy 500', 'a degraded 300', 'b degraded 800']);
    expect(lines).toEqual([
      expect.objectContaining({ event: 'retention.removed', table: 'health_transitions', rows: 2 }),
      expect.objectContaining({
        event: 'retention.dropped',
        table: 'health_transitions',
        chunks: 2,
      }),
    ]);
    expect(await chunks()).toBe(before - 2);
    expect(await remove()).toEqual([]);
  });

  it('lose an instance that was taken out, its deletion last', async () => {
    await transition('a', 700, 'healthy');
    await transition('gone', 900, 'healthy');
    await transition('gone', 800, 'unhealthy');
    await deletion('gone', 750);
    await transition('new', 650, 'healthy');
    await deletion('new', 300);
    await remove();
    expect(await transitions()).toEqual(['a healthy 700', 'new healthy 650']);
    expect(await scope.count('service_deletions')).toBe(1);
  });

  it('keep that a service was known, and lose one that is gone', async () => {
    await transition('a', 900, 'healthy');
    await transition('a', 800, 'unhealthy');
    await deletion(null, 700);
    await remove();
    expect(await transitions()).toEqual(['a unhealthy 800']);
    expect(await scope.count('service_deletions')).toBe(1);
    await scope.sql(`DELETE FROM service_status`);
    await remove();
    expect(await transitions()).toEqual([]);
    expect(await scope.count('service_deletions')).toBe(0);
  });

  it('keep a deletion while the audit log holds what was received before it', async () => {
    await deletion('a', 401);
    await store(402);
    await remove();
    expect(await scope.count('service_deletions')).toBe(1);
    await scope.sql(`SELECT public.drop_chunks('health_messages', now())`);
    await store(0);
    await remove();
    expect(await scope.count('service_deletions')).toBe(0);
  });

  it('keep what was in force, what was said and when one was heard again last', async () => {
    const ago = (days: number): string => `now() - interval '${String(days)} days'`;
    for (const days of [900, 500, 300]) {
      await scope.sql(
        `INSERT INTO service_settings (service_name, changed_at, ttl_seconds)
         VALUES ('payments', ${ago(days)}, ${String(days)})`,
      );
      await scope.sql(
        `INSERT INTO health_status_changes (service_name, changed_at, to_status, reason)
         VALUES ('payments', ${ago(days)}, 'healthy', '${String(days)}')`,
      );
      await scope.sql(
        `INSERT INTO health_silences (service_name, instance_id, due_at, received_at, message_id, ends_at, ended_by)
         SELECT 'payments', i, ${ago(days)}, ${ago(days + 1)}, gen_random_uuid(), ${ago(days - 1)}, gen_random_uuid()
           FROM unnest(ARRAY['a', 'gone']) AS i`,
      );
      await scope.sql(
        `INSERT INTO health_gaps (started_at, ended_at, cause, is_settled)
         VALUES (${ago(days)}, ${ago(days - 1)}, 'not_running', true)`,
      );
      await scope.sql(
        `INSERT INTO health_holds (service_name, instance_id, due_at, ended_at, outcome)
         VALUES ('payments', 'a', ${ago(days)}, ${ago(days - 1)}, 'heard')`,
      );
      await scope.sql(
        `INSERT INTO health_accounting (minute, boot_id, instance_id, read, stored, duplicate, dead_lettered)
         VALUES (${ago(days)}, gen_random_uuid(), 'i', 1, 1, 0, 0)`,
      );
      await scope.sql(
        `INSERT INTO self_preservation (started_at, released_at) VALUES (${ago(days)}, ${ago(days - 1)})`,
      );
    }
    await scope.sql(
      `INSERT INTO health_gaps (started_at, ended_at, cause) VALUES (${ago(800)}, ${ago(799)}, 'not_running')`,
    );
    await scope.sql(
      `INSERT INTO health_status_changes (service_name, changed_at, to_status, reason)
       VALUES ('forgotten', ${ago(600)}, 'unknown', 'deleted')`,
    );
    await scope.sql(
      `INSERT INTO service_instances
         (service_name, instance_id, current_status, status_since, last_seen, last_occurred_at,
          newest_received_at, newest_message_id, message_count, reported_status, reported_since,
          first_seen, last_message_id)
       VALUES ('payments', 'a', 'healthy', now(), now(), now(), now(), gen_random_uuid(), 1, 'healthy',
               now(), now(), gen_random_uuid())`,
    );
    const tables = (await remove()).map(({ table, rows }) => `${String(table)} ${String(rows)}`);
    expect(tables).toEqual([
      'health_silences 3',
      'health_status_changes 2',
      'service_settings 1',
      'health_gaps 2',
      'health_holds 2',
      'self_preservation 2',
      'health_accounting 2',
    ]);
    expect(await scope.sql(`SELECT ttl_seconds FROM service_settings ORDER BY changed_at`)).toEqual(
      [{ ttl_seconds: 500 }, { ttl_seconds: 300 }],
    );
    expect(await scope.sql(`SELECT reason FROM health_status_changes ORDER BY changed_at`)).toEqual(
      [{ reason: '500' }, { reason: '300' }],
    );
    expect(await scope.count('health_silences', `instance_id = 'a'`)).toBe(2);
    expect(await scope.count('health_silences', `instance_id = 'gone'`)).toBe(1);
    expect(await scope.count('health_gaps')).toBe(2);
    expect(await remove()).toEqual([]);
  });

  it('go in any number', async () => {
    await scope.sql(
      `INSERT INTO health_accounting (minute, boot_id, instance_id, read, stored, duplicate, dead_lettered)
       SELECT now() - interval '500 days', gen_random_uuid(), 'i', 1, 1, 0, 0
         FROM generate_series(1, 2500)`,
    );
    expect(await remove()).toEqual([expect.objectContaining({ rows: 2_500 })]);
    expect(await scope.count('health_accounting')).toBe(0);
  });
});
