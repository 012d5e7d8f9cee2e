import fc from 'fast-check';
import type { ReceivedEvent } from '../../src/events/health-event.js';
import { loadEnvironment } from '../../src/config/load.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { Database } from '../../src/storage/database.js';
import {
  compareKeys,
  messageKey,
  MessagesRepository,
} from '../../src/storage/messages.repository.js';
import { RolledBackError } from '../../src/storage/rolled-back.js';
import { sqlStateOf } from '../../src/storage/sql-errors.js';
import { runCommand } from '../support/command.js';
import { Scope } from '../support/scope.js';

/** Every column, with the bits of a time and a number, and the document as it came. */
const ROWS = {
  name: '',
  text: `
    SELECT encode(timestamptz_send(occurred_at), 'hex') AS occurred_at,
           encode(timestamptz_send(received_at), 'hex') AS received_at,
           encode(float8send(response_time_ms), 'hex') AS response_time_ms,
           message_id, service_name, instance_id, status, ttl_seconds, version, message,
           payload::text AS payload
      FROM health_messages ORDER BY occurred_at, message_id`,
};
/**
 * From 1932 to 2065: the INSERT takes times as doubles of seconds, and PostgreSQL makes them seconds from
 * 2000; farther away that rounds a microsecond off.
 */
const EXACT = { min: -1.2e15, max: 3e15 };
const FEW_YEARS_US = 3 * 365 * 86_400e6;

const messages = new MessagesRepository();
let scope: Scope;
let dataSource: ReturnType<typeof createDataSource>;
let database: Database;

beforeAll(async () => {
  scope = await Scope.open();
  expect(await runCommand('src/cli/migrate.js', scope.environment)).toMatchObject({ code: 0 });
  // A plain table with the same columns and key: times far apart would make a chunk each.
  await scope.sql('ALTER TABLE health_messages RENAME TO chunked');
  await scope.sql('CREATE TABLE health_messages (LIKE chunked INCLUDING ALL)');
  dataSource = await createDataSource(loadEnvironment(scope.environment)).initialize();
  database = new Database(dataSource);
});

afterAll(async () => {
  await dataSource.destroy();
  await scope.close();
});

/** What the table holds after one of the ways in; it is empty again afterwards. */
async function stored(
  way: 'copy' | 'insertNew',
  events: readonly ReceivedEvent[],
): Promise<unknown> {
  let rows: unknown = null;
  const done = database.transaction(async (session) => {
    if (way === 'copy') await messages.copy(session, events);
    else expect(await messages.insertNew(session, events)).toEqual(events);
    rows = await session.query(ROWS, []);
    throw new RolledBackError();
  });
  await expect(done).rejects.toBeInstanceOf(RolledBackError);
  return rows;
}

/** Why a COPY of them fails, in a transaction that goes on afterwards. */
async function refusalOf(events: readonly ReceivedEvent[]): Promise<string | null> {
  return await database.transaction(async (session) => {
    await session.query({ name: '', text: 'SAVEPOINT before' }, []);
    const error: unknown = await messages.copy(session, events).catch((e: unknown) => e);
    await session.query({ name: '', text: 'ROLLBACK TO before' }, []);
    return sqlStateOf(error);
  });
}

/** Any text that PostgreSQL can hold: of every length in bytes, short and long. */
const text = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.string({ maxLength }),
      fc.string({ unit: 'grapheme', maxLength }),
      fc.string({ unit: 'binary', maxLength }),
      fc.constantFrom(
        `'; DROP TABLE`,
        '\\.',
        '\\N',
        '\t\n\r\b',
        'ß',
        '\u{10ffff}',
        '\ufeff',
        'x'.repeat(32),
      ),
    )
    .map((some) => some.replaceAll('\0', '').toWellFormed());

const time = fc.oneof(
  fc.integer(EXACT),
  fc
    .integer({ min: -FEW_YEARS_US, max: FEW_YEARS_US })
    .map((us) => Date.UTC(2026, 0, 1) * 1e3 + us),
  fc.constantFrom(0, -1, 1, 946_684_800_000_000, 946_684_799_999_999),
);

const document = fc.oneof(
  fc.json({ depthSize: 'small', stringUnit: 'binary' }).map((json) => json.toWellFormed()),
  fc.constantFrom(
    ' { "a" : 1.0, "a" : 1e2 }\n',
    '"\\u0000 \\ud800"',
    '[1e400, -0]',
    `"${'é'.repeat(9_000)}"`,
  ),
);

const event: fc.Arbitrary<ReceivedEvent> = fc.record({
  serviceName: text(40),
  instanceId: text(200),
  status: fc.constantFrom('healthy', 'degraded', 'unhealthy', 'unknown', 'left'),
  isUnlistedStatus: fc.boolean(),
  timestampMs: fc.constant(null),
  messageId: fc.uuid({ version: [1, 4, 5, 7] }),
  responseTimeMs: fc.option(
    fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(-0, 0, Number.MAX_VALUE, Number.MIN_VALUE, 0.1 + 0.2),
    ),
  ),
  ttlSeconds: fc.option(fc.oneof(fc.integer(), fc.constantFrom(0, 604_800))),
  message: fc.option(text(4_096)),
  version: fc.option(text(64)),
  payload: document.map((text) => Buffer.from(text)),
  occurredAtUs: time,
  receivedAtUs: time,
});

const events = (constraints: fc.ArrayConstraints): fc.Arbitrary<ReceivedEvent[]> =>
  fc
    .uniqueArray(event, { ...constraints, selector: messageKey })
    .map((some) => some.sort(compareKeys));

it('what is copied is to the byte what is inserted', async () => {
  await fc.assert(
    fc.asyncProperty(events({ maxLength: 30 }), async (some) => {
      expect(await stored('copy', some)).toEqual(await stored('insertNew', some));
    }),
    { numRuns: 150 },
  );
});

it('thousands of rows, the largest last, are copied as they are inserted', async () => {
  const [some] = fc.sample(events({ minLength: 400, maxLength: 400, size: 'max' }), 1);
  const [last] = some?.slice(-1) ?? [];
  if (some === undefined || last === undefined) throw new Error('no events');
  const large = { ...last, payload: Buffer.from(JSON.stringify('\u{1f4a5}'.repeat(65_000))) };
  const all = [...some.slice(0, -1), large];
  expect(await stored('copy', all)).toEqual(await stored('insertNew', all));
});

describe('a row that cannot be held is refused by itself, not with the connection:', () => {
  const [fine] = fc.sample(event, 1);
  if (fine === undefined) throw new Error('no event');

  it.each([
    ['NUL in a text', [{ ...fine, message: 'a\0b' }], '22021'],
    ['a document that is none', [{ ...fine, payload: Buffer.from('{"a":') }], '22P02'],
    ['an event that is there already', [fine, fine], '23505'],
  ])('%s', async (_, rows, sqlState) => {
    expect(await refusalOf(rows)).toBe(sqlState);
    expect(await stored('copy', [fine])).toHaveLength(1);
  });
});
