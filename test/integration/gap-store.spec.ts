import type pg from 'pg';
import { loadEnvironment } from '../../src/config/load.js';
import type { SyntheticHeartbeat } from '../../src/observation/synthetic-message.js';
import type { Gap } from '../../src/status/coverage.js';
import { GapStore, recordGap } from '../../src/status/gap-store.js';
import type { Session } from '../../src/storage/database.js';
import { runCommand } from '../support/command.js';
import { useStage } from '../support/stage.js';

const START_US = 1_700_000_000_000_000;
const HOUR_US = 3_600_000_000;
const LOSS: Gap = {
  fromUs: START_US + 1,
  toUs: START_US + 3,
  cause: 'journal_loss',
  lostCount: 2,
};

const stage = useStage();
let store: GapStore;

beforeAll(async () => {
  await runCommand('src/cli/migrate.js', stage.scope.environment);
  store = new GapStore(loadEnvironment(stage.scope.environment));
});

beforeEach(async () => {
  await stage.scope.sql('TRUNCATE health_gaps, health_observation');
});

async function inTransaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const client = await stage.scope.database.connect();
  try {
    await client.query('BEGIN');
    const result = await work({
      query: async <Row extends pg.QueryResultRow>(
        { text }: { readonly text: string },
        values: readonly unknown[],
      ) => (await client.query<Row>(text, [...values])).rows,
    });
    await client.query('COMMIT');
    return result;
  } finally {
    client.release();
  }
}

const advance = async (
  sinceUs: number,
  publishedUs: number,
  nowUs = publishedUs,
): Promise<readonly Gap[]> => {
  const heartbeat: SyntheticHeartbeat = {
    kind: 'heartbeat',
    ...{ bootId: 'b', sequence: 1, cause: 'subscriber_kicked', lostCount: 4 },
    sinceUs,
    publishedUs,
  };
  return await inTransaction(
    async (session) => await store.advance(session, [heartbeat], nowUs, () => 'database_down'),
  );
};
const openIfSilent = async (): Promise<unknown> =>
  await inTransaction(
    async (session) => await store.openIfSilent(session, () => 'consumer_paused'),
  );
const gaps = async (): Promise<unknown[]> =>
  await stage.scope.sql(
    `SELECT (extract(epoch FROM started_at) * 1e6)::bigint::float8 - $1 AS "from",
            (extract(epoch FROM ended_at) * 1e6)::bigint::float8 - $1 AS "to", cause, lost_count::integer
       FROM health_gaps ORDER BY id`,
    [START_US],
  );
const throughUs = async (): Promise<number> => {
  const [row] = await stage.scope.sql<{ us: number }>(
    'SELECT (extract(epoch FROM covered_through) * 1e6)::bigint::float8 AS us FROM health_observation',
  );
  return Number(row?.us);
};
const letSilentFor = async (seconds: number): Promise<void> => {
  await stage.scope.sql(
    `UPDATE health_observation SET committed_at = clock_timestamp() - make_interval(secs => $1)`,
    [seconds],
  );
};

describe('the line that is covered', () => {
  it('begins with the first heartbeat, exact to the microsecond, and moves with the next', async () => {
    expect(await advance(START_US + 1, START_US + 7)).toEqual([]);
    expect(await throughUs()).toBe(START_US + 7);
    expect(await advance(START_US + 7, START_US + 8)).toEqual([]);
    expect(await throughUs()).toBe(START_US + 8);
    expect(await gaps()).toEqual([]);
  });

  it('has a gap for a hole, once however often it is told', async () => {
    await advance(START_US, START_US + 10);
    await advance(START_US + 500, START_US + 2_000_000);
    await advance(START_US + 500, START_US + 2_000_000);
    expect(await gaps()).toEqual([
      { from: 10, to: 500, cause: 'subscriber_kicked', lost_count: 4 },
    ]);
    expect(await throughUs()).toBe(START_US + 2_000_000);
  });

  it('has a gap up to now where a commit comes long after the one before it', async () => {
    await advance(START_US, START_US + 10);
    await letSilentFor(6);
    await advance(START_US, START_US + 1_000, START_US + HOUR_US);
    expect(await gaps()).toEqual([
      { from: 10, to: HOUR_US, cause: 'database_down', lost_count: null },
    ]);
  });

  it('stands still while a gap is open, which several open as one and the next heartbeat ends', async () => {
    await advance(START_US, START_US + 10);
    expect(await openIfSilent()).toBeNull();
    await letSilentFor(6);
    const opened = await Promise.all([openIfSilent(), openIfSilent(), openIfSilent()]);
    expect(opened.filter((gap) => gap !== null)).toEqual([
      { fromUs: START_US + 10, cause: 'consumer_paused' },
    ]);
    expect(await openIfSilent()).toBeNull();
    expect(await gaps()).toEqual([
      { from: 10, to: null, cause: 'consumer_paused', lost_count: null },
    ]);

    await advance(START_US, START_US + 1_000, START_US + HOUR_US);
    expect(await gaps()).toEqual([
      { from: 10, to: HOUR_US, cause: 'consumer_paused', lost_count: null },
    ]);
    expect(await openIfSilent()).toBeNull();
  });

  it('takes whatever was heard of services before it for its beginning', async () => {
    await stage.scope.sql(
      `INSERT INTO service_status (service_name, last_seen) VALUES ('a', to_timestamp($1)), ('b', $2)`,
      [START_US / 1e6, new Date()],
    );
    await advance(START_US + 5, START_US + 2_000_000);
    expect(await gaps()).toEqual([{ from: 0, to: 5, cause: 'subscriber_kicked', lost_count: 4 }]);
    await stage.scope.sql('TRUNCATE service_status');
  });
});

it('a gap of the past is recorded once however often it is told, and moves nothing', async () => {
  await advance(START_US, START_US + 10);
  const record = async (): Promise<boolean> =>
    await inTransaction(async (session) => await recordGap(session, LOSS));
  expect([await record(), await record()]).toEqual([true, false]);
  expect(await gaps()).toEqual([{ from: 1, to: 3, cause: 'journal_loss', lost_count: 2 }]);
  expect(await throughUs()).toBe(START_US + 10);
});
