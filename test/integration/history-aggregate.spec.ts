import fc from 'fast-check';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { loadEnvironment } from '../../src/config/load.js';
import { AggregateKeeping } from '../../src/retention/aggregate-keeping.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { Database } from '../../src/storage/database.js';
import { HourlyAggregate } from '../../src/storage/hourly-aggregate.js';
import { HOURLY, readBucketsByHour } from '../../src/storage/hourly-aggregate.sql.js';
import { type Bucket, MessageReadModel } from '../../src/storage/message-read-model.js';
import { READ_BUCKETS } from '../../src/storage/message-read-model.sql.js';
import { type CommandResult, runCommand } from '../support/command.js';
import { describeOn } from '../support/edition.js';
import { KeptLog } from '../support/kept-log.js';
import { Scope } from '../support/scope.js';

const HOUR_MS = 3_600_000;
/** The messages lie in so many hours, which end in the hour that is under way. */
const HOURS = 60;
const HISTORIES = 15;
const STATUSES = ['healthy', 'degraded', 'unhealthy', 'unknown', 'left'] as const;

let scope: Scope;
let dataSource: DataSource;
let log: KeptLog;
let hourly: HourlyAggregate;
let keeping: AggregateKeeping;
/** With the aggregate, and as if there were none. */
let fast: MessageReadModel;
let raw: MessageReadModel;

beforeAll(async () => {
  scope = await Scope.open();
  await runCommand('src/cli/migrate.js', scope.environment);
  const environment = loadEnvironment({ ...scope.environment, LOG_LEVEL: 'silent' });
  dataSource = await createDataSource(environment).initialize();
  const database = new Database(dataSource);
  log = new KeptLog(environment);
  hourly = new HourlyAggregate(log);
  keeping = new AggregateKeeping(environment, database, hourly, log);
  fast = new MessageReadModel(database, hourly);
  raw = new MessageReadModel(database, new HourlyAggregate(log));
});

afterAll(async () => {
  await dataSource.destroy();
  await scope.close();
});

/** One message; hours before now. */
interface Drawn {
  readonly hoursAgo: number;
  readonly service: string;
  readonly status: (typeof STATUSES)[number];
  readonly responseTimeMs: number | null;
}

async function store(messages: readonly Drawn[]): Promise<void> {
  await scope.sql(
    `INSERT INTO health_messages (occurred_at, message_id, received_at, service_name, instance_id,
                                  status, response_time_ms, payload)
     SELECT now() - "hoursAgo" * interval '1 hour', gen_random_uuid(), now(), service, 'a', status,
            "responseTimeMs", '{}'
       FROM json_to_recordset($1) AS m (
         "hoursAgo" float8, service text, status text, "responseTimeMs" float8)`,
    [JSON.stringify(messages)],
  );
}

const refresh = async (fromHoursAgo: number, toHoursAgo: number): Promise<void> => {
  await scope.sql(
    `CALL public.refresh_continuous_aggregate('${scope.schema}.${HOURLY}',
       now() - interval '${fromHoursAgo.toFixed(6)} hours', now() - interval '${toHoursAgo.toFixed(6)} hours')`,
  );
};

const hoursAgo = fc.integer({ min: 0, max: HOURS * 60 }).map((minutes) => minutes / 60);

/** Quarters, so that sums are exact in whatever order they are made. */
const responseTimeMs = fc.option(fc.integer({ min: 0, max: 40_000 }).map((n) => n / 4));

const message: fc.Arbitrary<Drawn> = fc.record({
  hoursAgo,
  service: fc.constantFrom('a', 'a', 'b'),
  status: fc.constantFrom(...STATUSES),
  responseTimeMs,
});

type Step =
  | { readonly kind: 'store'; readonly messages: readonly Drawn[] }
  | { readonly kind: 'refresh' | 'remove'; readonly from: number; readonly to: number }
  | { readonly kind: 'drop'; readonly days: number };

const stretch = (kind: 'refresh' | 'remove'): fc.Arbitrary<Step> =>
  fc.tuple(hoursAgo, hoursAgo).map(([a, b]) => ({
    kind,
    from: Math.max(a, b) + (kind === 'refresh' ? 3 : 0), // a refresh has to span whole hours
    to: Math.min(a, b),
  }));

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(message, { minLength: 1, maxLength: 20 })
      .map((messages): Step => ({ kind: 'store', messages })),
  },
  { weight: 3, arbitrary: stretch('refresh') },
  { weight: 1, arbitrary: stretch('remove') },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 2 }).map((days): Step => ({ kind: 'drop', days })),
  },
);

async function take(one: Step): Promise<void> {
  switch (one.kind) {
    case 'store':
      await store(one.messages);
      break;
    case 'refresh':
      await refresh(one.from, one.to);
      break;
    case 'remove':
      await scope.sql(
        `DELETE FROM health_messages WHERE occurred_at >= now() - $1 * interval '1 hour'
            AND occurred_at < now() - $2 * interval '1 hour'`,
        [one.from, one.to],
      );
      break;
    case 'drop':
      await scope.sql(
        `SELECT public.drop_chunks('health_messages', now() - $1 * interval '1 day')`,
        [one.days],
      );
      break;
  }
}

/** How many buckets the aggregate answers, of all that there are. */
async function certainHours(): Promise<{ certain: number; all: number }> {
  const text = readBucketsByHour(true).replace(
    / SELECT round\(date_part\('epoch', judged[\s\S]*$/,
    ` SELECT count(*) FILTER (WHERE is_certain)::integer AS certain, count(*)::integer AS all FROM judged
       WHERE $6::integer IS NOT NULL`,
  );
  const [row] = await scope.sql<{ certain: number; all: number }>(text, [
    'a',
    null,
    null,
    '1 hour',
    null,
    1_000,
  ]);
  if (row === undefined) throw new Error('a count has one row');
  return row;
}

describeOn('community', 'the history by hours and days', () => {
  beforeAll(async () => {
    expect(await keeping.look()).toBe('done');
    expect(await keeping.look()).toBe('done');
    expect(log.lines.map(({ event }) => event)).toEqual(['history.aggregate_set']);
    // The property refreshes where it wants to: a policy would do so meanwhile.
    await scope.sql(`SELECT public.remove_continuous_aggregate_policy('${HOURLY}')`);
  });

  beforeEach(async () => {
    await scope.sql(`TRUNCATE health_messages`);
  });

  it('is the same with the aggregate as without, whatever is stored, removed and refreshed', async () => {
    const seen = { certain: 0, all: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 20, maxLength: 60 }),
        fc.array(step, { minLength: 2, maxLength: 10 }),
        fc.option(fc.tuple(hoursAgo, hoursAgo)),
        async (messages, steps, bounds) => {
          await scope.sql(`TRUNCATE health_messages`);
          await store(messages);
          const nowMs = Date.now();
          const range =
            bounds === null
              ? { from: null, to: null }
              : {
                  from: Math.floor(nowMs - Math.max(...bounds) * HOUR_MS),
                  to: Math.floor(nowMs - Math.min(...bounds) * HOUR_MS),
                };
          for (const one of steps) {
            await take(one);
            for (const bucket of ['1h', '1d'] satisfies Bucket[]) {
              for (const asked of [range, { from: null, to: null }]) {
                const page = [asked, bucket, null, 1_000] as const;
                expect(await fast.buckets('a', ...page)).toEqual(await raw.buckets('a', ...page));
              }
            }
            const { certain, all } = await certainHours();
            seen.certain += certain;
            seen.all += all;
          }
        },
      ),
      { numRuns: HISTORIES, interruptAfterTimeLimit: 45_000, markInterruptAsFailure: true },
    );
    expect(hourly.readBuckets).not.toBeNull();
    expect(seen.certain).toBeGreaterThan(seen.all / 10);
    expect(seen.certain).toBeLessThan(seen.all);
  });

  it('is one moment’s, while it is stored and refreshed at the same time', async () => {
    const drawn = fc.sample(message, 400);
    await store(drawn);
    await refresh(HOURS + 4, 1);
    const storing = (async () => {
      for (let n = 0; n < 60; n += 1) await store(drawn.slice(n, n + 5));
    })();
    const refreshing = (async () => {
      for (let n = 0; n < 10; n += 1) await refresh(HOURS + 4, 1);
    })();
    const looking = { isOver: false };
    const done = Promise.all([storing, refreshing]).finally(() => {
      looking.isOver = true;
    });
    const client = await scope.database.connect();
    let certain = 0;
    try {
      while (!looking.isOver) {
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
        const values = ['a', null, null, '1 hour', null, 1_000];
        const counted: pg.QueryResult = await client.query(READ_BUCKETS, values);
        const summed: pg.QueryResult = await client.query(readBucketsByHour(true), values);
        await client.query('COMMIT');
        expect(summed.rows).toEqual(counted.rows);
        certain += 1;
      }
    } finally {
      client.release();
    }
    await done;
    expect(certain).toBeGreaterThan(5);
  });

  it('is read from the audit log where the aggregate is gone, and it is said once', async () => {
    await store(fc.sample(message, 50));
    await refresh(HOURS + 4, 1);
    const page = [{ from: null, to: null }, '1h', null, 1_000] as const;
    const before = await fast.buckets('a', ...page);
    await scope.sql(`DROP MATERIALIZED VIEW ${HOURLY}`);
    expect(await fast.buckets('a', ...page)).toEqual(before);
    expect(await fast.buckets('a', ...page)).toEqual(before);
    expect(log.lines.map(({ event }) => event)).toEqual([
      'history.aggregate_set',
      'history.aggregate_unused',
    ]);
    await keeping.look();
    expect(hourly.readBuckets).not.toBeNull();
    expect(await fast.buckets('a', ...page)).toEqual(before);
  });

  it('does not keep the schema from being reverted', async () => {
    await keeping.look();
    let reverted: CommandResult;
    do {
      reverted = await runCommand('src/cli/revert.js', scope.environment, ['--force']);
      expect(reverted).toMatchObject({ code: 0 });
    } while (!reverted.stdout.includes('HealthRetention'));
    expect(await scope.sql(`SELECT to_regclass('${HOURLY}') AS name`)).toEqual([{ name: null }]);
    expect(await runCommand('src/cli/migrate.js', scope.environment)).toMatchObject({ code: 0 });
  });
});

describeOn('apache', 'the history by hours and days', () => {
  it('is read from the audit log: the licence has no continuous aggregates', async () => {
    expect(await keeping.look()).toBe('done');
    expect(hourly.readBuckets).toBeNull();
    expect(log.lines).toEqual([]);
    await store(fc.sample(message, 50));
    const page = [{ from: null, to: null }, '1h', null, 1_000] as const;
    expect(await fast.buckets('a', ...page)).toEqual(await raw.buckets('a', ...page));
  });
});
