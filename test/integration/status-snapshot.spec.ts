import { randomInt } from 'node:crypto';
import { jest } from '@jest/globals';
import { runCommand } from '../support/command.js';
import { ComparedSnapshot } from '../support/compared-snapshot.js';
import { useStage } from '../support/stage.js';
import { TableHammer } from '../support/table-hammer.js';

const SEED = Number(process.env['HEALTH_TEST_SEED'] ?? randomInt(2 ** 31));
/** So many transactions of each kind: see {@link TableHammer.done}. */
const EACH_KIND = 50;
const WRITERS = 6;
const MINUTE_MS = 60_000;
/** All but setTimeout, which deadlines and memory go by. */
const REAL = [
  'setImmediate',
  'setInterval',
  'nextTick',
  'performance',
  'Date',
  'hrtime',
  'queueMicrotask',
] as const;

const stage = useStage();
let snapshot: ComparedSnapshot;

beforeAll(async () => {
  await runCommand('src/cli/migrate.js', stage.scope.environment);
});

beforeEach(async () => {
  await stage.scope.sql('TRUNCATE service_status');
  await fill('service_status', 50);
  snapshot = await ComparedSnapshot.open(stage.scope);
});

afterEach(async () => {
  await snapshot.close();
});

const fill = async (table: string, services: number): Promise<unknown> =>
  await stage.scope.sql(
    `INSERT INTO ${table} (service_name, message) SELECT 's-' || n, $1 FROM generate_series(1, $2::integer) AS n`,
    [table, services],
  );

const update = async (name: string): Promise<unknown> =>
  await stage.scope.sql(
    `UPDATE service_status SET message_count = message_count + 1 WHERE service_name = $1`,
    [name],
  );

const isFull = (): boolean | undefined => snapshot.reads.at(-1)?.isFull;

describe('while others write, every look equals a full read of its moment', () => {
  it.each([
    ['no service is deleted', 0],
    ['some services are deleted', 40],
  ])('and %s', async (_, deleting) => {
    process.stdout.write(`writers of service_status: seed ${SEED}\n`);
    await stage.scope.sql('TRUNCATE service_status');
    const hammer = new TableHammer(stage.scope, SEED, () => snapshot.reads.length);
    const fullReads = (): number => snapshot.reads.filter((read) => read.isFull).length;
    const writing = hammer.run(WRITERS, deleting);
    try {
      while (hammer.rarest < EACH_KIND || (deleting > 0 && fullReads() <= EACH_KIND / 10)) {
        await snapshot.compare();
      }
    } finally {
      hammer.stop();
      await writing;
    }
    await snapshot.compare();

    const looks = snapshot.reads.length;
    process.stdout.write(`${JSON.stringify({ looks, full: fullReads(), ...hammer.done })}\n`);
    if (deleting === 0) expect(fullReads()).toBe(1);
    expect(fullReads()).toBeLessThan(looks / 2);
  });
});

it('a look reads what has changed since the one before, however long another transaction is open', async () => {
  const other = await stage.scope.database.connect();
  try {
    await other.query(
      `BEGIN; UPDATE service_status SET message = 'late' WHERE service_name = 's-1'`,
    );
    await snapshot.compare();
    for (let round = 0; round < 5; round += 1) {
      await update('s-2');
      await update('s-3');
      await snapshot.compare();
      expect(snapshot.reads.at(-1)).toMatchObject({ isFull: false, services: 2 });
    }
    await other.query('COMMIT');
    expect(await snapshot.compare()).toContainEqual(expect.objectContaining({ message: 'late' }));
    expect(snapshot.reads.at(-1)).toMatchObject({ isFull: false, services: 1 });
  } finally {
    other.release(true);
  }
});

it.each<[string, readonly string[]]>([
  ['nothing', []],
  ['VACUUM FREEZE', ['VACUUM (FREEZE) service_status']],
  ['VACUUM FULL', ['VACUUM (FULL, FREEZE) service_status']],
  ['CLUSTER', ['CLUSTER service_status USING service_status_pkey']],
  ['a rewrite', [`ALTER TABLE service_status ALTER due_at TYPE timestamptz USING due_at + '1 s'`]],
  ['TRUNCATE', ['TRUNCATE service_status']],
  [
    'TRUNCATE and as many new services',
    ['TRUNCATE service_status', `INSERT INTO service_status (service_name) VALUES ('s-1'), ('x')`],
  ],
  [
    'a service deleted and another one made',
    [
      `DELETE FROM service_status WHERE service_name = 's-7'`,
      `INSERT INTO service_status (service_name) VALUES ('x')`,
    ],
  ],
])('a change is seen behind %s', async (_, statements) => {
  await snapshot.compare();
  await update('s-4');
  for (const statement of statements) await stage.scope.sql(statement);
  await snapshot.compare();
  await update('s-5');
  await snapshot.compare();
  expect(isFull()).toBe(false);
});

it('another table that has taken the name is read as a whole', async () => {
  await stage.scope.sql('CREATE TABLE spare (LIKE service_status INCLUDING ALL)');
  await fill('spare', 50);
  await snapshot.compare();
  await stage.scope.sql(
    'ALTER TABLE service_status RENAME TO away; ALTER TABLE spare RENAME TO service_status',
  );
  expect(new Set((await snapshot.compare()).map(({ message }) => message))).toEqual(
    new Set(['spare']),
  );
  await stage.scope.sql('DROP TABLE away');
});

it('whoever asks sees what was committed before, though many share a look', async () => {
  const CALLERS = 10;
  const ROUNDS = 20;
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, caller) => {
      const name = `s-${String(caller + 1)}`;
      for (let round = 1; round <= ROUNDS; round += 1) {
        await update(name);
        const services = await snapshot.services();
        const found = services.find(({ service_name }) => service_name === name);
        expect(found).toMatchObject({ service_name: name, message_count: round });
      }
    }),
  );
  expect(snapshot.reads.length).toBeLessThan((CALLERS * ROUNDS) / 2);
});

it('a look that fails is told to who waited for it, and the next one reads all', async () => {
  await snapshot.compare();
  await stage.scope.sql('ALTER TABLE service_status RENAME TO away');
  await expect(snapshot.services()).rejects.toMatchObject({ name: 'DatabaseUnavailableError' });
  await stage.scope.sql('ALTER TABLE away RENAME TO service_status');
  await snapshot.compare();
  expect(isFull()).toBe(true);
});

it('nothing is kept when nobody has asked for ten minutes', async () => {
  jest.useFakeTimers({ doNotFake: [...REAL] });
  const fromNow = await ComparedSnapshot.open(stage.scope);
  const asked = async (): Promise<boolean | undefined> => {
    await fromNow.compare();
    return fromNow.reads.at(-1)?.isFull;
  };
  try {
    await asked();
    jest.advanceTimersByTime(9 * MINUTE_MS);
    expect(await asked()).toBe(false);
    jest.advanceTimersByTime(9 * MINUTE_MS);
    expect(await asked()).toBe(false);
    jest.advanceTimersByTime(10 * MINUTE_MS);
    expect(await asked()).toBe(true);
  } finally {
    jest.useRealTimers();
    await fromNow.close();
  }
});
