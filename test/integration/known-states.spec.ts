import type { QueryResultRow } from 'pg';
import type { ReceivedEvent } from '../../src/events/health-event.js';
import type { Environment } from '../../src/config/environment.js';
import { loadEnvironment } from '../../src/config/load.js';
import { StaleStatesError } from '../../src/status/known-states.js';
import { StatusChanges } from '../../src/status/status-changes.js';
import { StatusStore } from '../../src/status/status-store.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { Database, type Session } from '../../src/storage/database.js';
import { deferred } from '../../src/runtime/deferred.js';
import { RolledBackError } from '../../src/storage/rolled-back.js';
import { runCommand } from '../support/command.js';
import { Scope } from '../support/scope.js';
import { waitUntil } from '../support/wait-until.js';

const INSTANCE_ID = 'known-states';
const T0 = Date.UTC(2026, 0, 5) * 1_000;

let scope: Scope;
let environment: Environment;
let dataSource: ReturnType<typeof createDataSource>;
let database: Database;
let store: StatusStore;
/** Names of the statements of the last transaction. */
let statements: string[];
let told: number;

beforeAll(async () => {
  scope = await Scope.open();
  expect(await runCommand('src/cli/migrate.js', scope.environment)).toMatchObject({ code: 0 });
  environment = loadEnvironment({ ...scope.environment, HEALTH_INSTANCE_ID: INSTANCE_ID });
  dataSource = await createDataSource(environment).initialize();
  database = new Database(dataSource);
});

afterAll(async () => {
  await dataSource.destroy();
  await scope.close();
});

beforeEach(async () => {
  store = new StatusStore(environment, new StatusChanges(environment));
  told = 0;
  await scope.sql('TRUNCATE service_instances, service_status, health_transitions');
  await hear('a', 'b');
  await hear('a', 'b');
});

/** The next event, the n-th in the second n. */
function eventOf(instanceId: string): ReceivedEvent {
  told += 1;
  const atUs = T0 + told * 1_000_000;
  return {
    serviceName: 'payments',
    instanceId,
    status: 'healthy',
    isUnlistedStatus: false,
    timestampMs: null,
    messageId: `00000000-0000-4000-8000-${told.toString(16).padStart(12, '0')}`,
    responseTimeMs: told + 0.5,
    ttlSeconds: null,
    message: `“${instanceId}” no. ${String(told)}`,
    version: null,
    payload: Buffer.from('{}'),
    occurredAtUs: atUs - 7,
    receivedAtUs: atUs,
  };
}

/** An event of each of these instances, in one transaction, as a batch commits it. */
async function hear(...instanceIds: readonly string[]): Promise<void> {
  const events = instanceIds.map(eventOf);
  statements = [];
  const written = await database.transaction(async (session) => {
    const watched: Session = {
      query: async <Row extends QueryResultRow>(
        statement: { readonly name: string; readonly text: string },
        values: readonly unknown[],
      ) => {
        statements.push(statement.name);
        return await session.query<Row>(statement, values);
      },
    };
    return await store.apply(watched, events);
  });
  store.remember(written);
}

const instances = async (): Promise<unknown> =>
  await scope.sql(
    `SELECT instance_id AS i, current_status AS status, message_count::integer AS n, message,
            response_time_ms AS ms, (extract(epoch FROM last_seen) * 1e6)::float8 AS seen,
            (extract(epoch FROM last_occurred_at) * 1e6)::float8 AS occurred,
            right(newest_message_id::text, 2) AS newest, right(last_message_id::text, 2) AS last
       FROM service_instances ORDER BY instance_id`,
  );

const row = (i: string, n: number, no: number): unknown => ({
  i,
  status: 'healthy',
  n,
  message: `“${i}” no. ${String(no)}`,
  ms: no + 0.5,
  seen: T0 + no * 1_000_000,
  occurred: T0 + no * 1_000_000 - 7,
  newest: `0${String(no)}`,
  last: `0${String(no)}`,
});

it('what this process wrote last is not read again, and only what moves is written', async () => {
  await hear('a', 'b');

  expect(statements).toContain('move_instances');
  expect(statements).toContain('move_services');
  expect(statements).not.toContain('read_instances');
  expect(statements).not.toContain('read_services');
  expect(statements).not.toContain('write_instances');
  expect(await instances()).toEqual([row('a', 3, 5), row('b', 3, 6)]);
  expect(
    await scope.sql(
      `SELECT current_status AS status, instance_count AS live, message_count::integer AS n, message,
              response_time_ms AS ms, (extract(epoch FROM last_seen) * 1e6)::float8 AS seen
         FROM service_status`,
    ),
  ).toEqual([
    { status: 'healthy', live: 2, n: 6, message: '“b” no. 6', ms: 6.5, seen: T0 + 6_000_000 },
  ]);
});

it('an instance that somebody else wrote with its service is read again', async () => {
  await scope.sql(`UPDATE service_instances SET message_count = 100 WHERE instance_id = 'a'`);
  await scope.sql(`UPDATE service_status SET message_count = 1000`);

  await hear('a', 'b');

  expect(statements).toContain('read_instances');
  expect(await instances()).toEqual([row('a', 101, 5), row('b', 3, 6)]);
  expect(await scope.sql('SELECT message_count::integer AS n FROM service_status')).toEqual([
    { n: 1002 },
  ]);
});

it('after somebody else wrote a service, nothing that was known of its instances counts', async () => {
  await scope.sql(`UPDATE service_instances SET message_count = 100 WHERE instance_id = 'b'`);
  await scope.sql(`UPDATE service_status SET message_count = message_count`);

  await hear('a'); // now the service is as this process left it, and b is not
  await hear('b');

  expect(statements).toContain('read_instances');
  expect(await instances()).toEqual([row('a', 3, 5), row('b', 101, 6)]);
});

it.each(['healthy', 'unhealthy'])(
  'an instance that was written without its service ends the transaction, and counts in the next one; it was %s',
  async (status) => {
    await scope.sql(
      `UPDATE service_instances SET message_count = 100, reported_status = $1 WHERE instance_id = 'a'`,
      [status],
    );

    await expect(hear('a', 'b')).rejects.toBeInstanceOf(StaleStatesError);
    expect(await scope.sql('SELECT message_count::integer AS n FROM service_status')).toEqual([
      { n: 4 },
    ]);

    store.forget();
    await hear('a', 'b');
    expect(await instances()).toMatchObject([{ n: 101 }, { n: 3 }]);
  },
);

it('an instance that is gone without its service ends the transaction, and is new in the next one', async () => {
  await scope.sql(`DELETE FROM service_instances WHERE instance_id = 'a'`);

  await expect(hear('a', 'b')).rejects.toBeInstanceOf(StaleStatesError);
  store.forget();
  await hear('a');

  expect(await instances()).toMatchObject([
    { i: 'a', n: 1 },
    { i: 'b', n: 2 },
  ]);
});

it('a service that is gone is made anew', async () => {
  await scope.sql('TRUNCATE service_instances, service_status, health_transitions');

  await hear('a');

  expect(await instances()).toEqual([row('a', 1, 5)]);
  expect(await scope.sql('SELECT message_count::integer AS n FROM service_status')).toEqual([
    { n: 1 },
  ]);
});

it('what was rolled back is not taken for written', async () => {
  await hear('a');
  const statesBefore = await instances();
  await expect(
    database.transaction(async (session) => {
      await store.apply(session, [eventOf('a')]);
      throw new RolledBackError();
    }),
  ).rejects.toBeInstanceOf(RolledBackError);
  expect(await instances()).toEqual(statesBefore);

  await hear('a');

  expect(statements).not.toContain('read_instances');
  expect(await instances()).toEqual([row('a', 4, 7), row('b', 2, 4)]);
});

it('what waits for another writer of the service sees what that one has written', async () => {
  const [locked, mayCommit] = [deferred(), deferred()];
  const other = database.transaction(async (session) => {
    const change = `UPDATE service_instances SET message_count = 100 WHERE instance_id = 'a'`;
    await session.query({ name: '', text: 'UPDATE service_status SET message_count = 1000' }, []);
    await session.query({ name: '', text: change }, []);
    locked.resolve();
    await mayCommit.promise;
  });
  await locked.promise;

  const heard = hear('a');
  await waitUntil('it waits for the row', async () => {
    const waiting = await scope.sql(
      `SELECT FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'`,
      [`health-monitor ${INSTANCE_ID}`],
    );
    return waiting.length > 0;
  });
  mayCommit.resolve();
  await Promise.all([other, heard]);

  expect(statements).toContain('read_instances');
  expect(await instances()).toEqual([row('a', 101, 5), row('b', 2, 4)]);
});
