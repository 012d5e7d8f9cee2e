import fc from 'fast-check';
import { Sieve } from '../../src/consumer/sieve.js';
import type { Candidate } from '../../src/consumer/batch.js';
import type { ReceivedEvent } from '../../src/events/health-event.js';
import { loadEnvironment } from '../../src/config/load.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { Database, type TransactionSession } from '../../src/storage/database.js';
import { MessagesRepository, RowsMissingError } from '../../src/storage/messages.repository.js';
import { runCommand } from '../support/command.js';
import { Scope } from '../support/scope.js';

const ROWS = 500;

/** Every COPY is in vain. */
class WithoutCopy extends MessagesRepository {
  override async copy(): Promise<void> {
    await Promise.reject(new RowsMissingError());
  }
}

/** How PostgreSQL refuses a row: with its name in the error, or without; listed or not. */
const REFUSALS = {
  named: `ALTER TABLE health_messages ADD CONSTRAINT refused CHECK (message <> 'poison')`,
  unnamed: trigger('22023'),
  unlisted: trigger('P0001'),
} as const;

function trigger(code: string): string {
  return `
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.message = 'poison' THEN RAISE EXCEPTION 'poison' USING ERRCODE = '${code}'; END IF;
        RETURN NEW;
      END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON health_messages FOR EACH ROW EXECUTE FUNCTION refuse()`;
}

describe.each(Object.entries(REFUSALS))('rows that PostgreSQL refuses, %s', (kind, ddl) => {
  let scope: Scope;
  let dataSource: Awaited<ReturnType<typeof open>>;
  let database: Database;
  const sieve = new Sieve(new MessagesRepository());
  let made = 0;

  const open = async (): Promise<ReturnType<typeof createDataSource>> =>
    await createDataSource(loadEnvironment(scope.environment)).initialize();

  beforeAll(async () => {
    scope = await Scope.open();
    expect(await runCommand('src/cli/migrate.js', scope.environment)).toMatchObject({ code: 0 });
    await scope.sql(ddl);
    dataSource = await open();
    database = new Database(dataSource);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await scope.close();
  });

  const candidate = (message: string): Candidate => {
    made += 1;
    const atUs = 1_700_000_000_000_000 + made;
    const event: ReceivedEvent = {
      serviceName: 's',
      instanceId: 'i',
      status: 'healthy',
      isUnlistedStatus: false,
      timestampMs: null,
      messageId: crypto.randomUUID(),
      responseTimeMs: null,
      ttlSeconds: null,
      message,
      version: null,
      payload: Buffer.from('{}'),
      occurredAtUs: atUs,
      receivedAtUs: atUs,
    };
    const entry = { id: '1-0', atUs, events: [], bytes: 0 };
    return { event, entry, index: 0 };
  };

  interface Sifting {
    readonly stored: number;
    readonly refused: Candidate[];
    readonly isNew: readonly ReceivedEvent[];
    readonly statements: number;
    readonly copies: number;
  }

  const sift = async (candidates: readonly Candidate[], by = sieve): Promise<Sifting> => {
    let statements = 0;
    let copies = 0;
    const { isNew, refused } = await database.transaction(async (session) => {
      const counting: TransactionSession = {
        query: async (statement, values) => {
          statements += 1;
          return await session.query(statement, values);
        },
        copy: async (sql, data) => {
          statements += 1;
          copies += 1;
          return await session.copy(sql, data);
        },
      };
      return await by.insertNew(counting, candidates);
    });
    const whose = refused.map((one) => one.candidate);
    return { stored: isNew.length, refused: whose, isNew, statements, copies };
  };

  it('are found wherever they are, and all others are stored', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 40 }), async (poisons) => {
        const candidates = poisons.map((isPoison) => candidate(isPoison ? 'poison' : 'fine'));
        const bad = candidates.filter(({ event }) => event.message === 'poison');
        const { stored, refused } = await sift(candidates);
        expect(new Set(refused)).toEqual(new Set(bad));
        expect(refused).toHaveLength(bad.length);
        expect(stored).toBe(candidates.length - bad.length);
      }),
      { numRuns: 30 },
    );
  });

  it('and rows that are there already are found among many as without COPY', async () => {
    const kind = fc.oneof(
      { weight: 40, arbitrary: fc.constant('fine') },
      { weight: 10, arbitrary: fc.constant('there') },
      { weight: 1, arbitrary: fc.constant('poison') },
    );
    const many = fc.array(kind, { minLength: 100, maxLength: 130 });
    await fc.assert(
      fc.asyncProperty(many, async (kinds) => {
        const candidates = kinds.map((one) => candidate(one === 'poison' ? one : 'fine'));
        const there = candidates.filter((_, index) => kinds[index] === 'there');
        await sift(there);

        const copied = await sift(candidates, new Sieve(new MessagesRepository()));
        // The same events once more, as if new, by INSERT alone.
        await scope.sql('DELETE FROM health_messages WHERE message_id = ANY ($1)', [
          copied.isNew.map(({ messageId }) => messageId),
        ]);
        const inserted = await sift(candidates, new Sieve(new WithoutCopy()));

        expect(copied.copies).toBeGreaterThanOrEqual(1);
        expect(inserted.copies).toBe(0);
        expect(copied.isNew).toEqual(inserted.isNew);
        expect(copied.refused).toEqual(inserted.refused);
        expect(copied.isNew).toHaveLength(kinds.filter((one) => one === 'fine').length);
        expect(copied.refused).toHaveLength(kinds.filter((one) => one === 'poison').length);
      }),
      { numRuns: 8 },
    );
  });

  it('cost a few statements each', async () => {
    const bad = [3, 250, 499];
    const candidates = Array.from({ length: ROWS }, (_, index) =>
      candidate(bad.includes(index) ? 'poison' : 'fine'),
    );
    const { stored, refused, statements } = await sift(candidates);
    expect({ stored, refused: refused.length }).toEqual({ stored: ROWS - 3, refused: 3 });
    // Three statements a part; two parts more a row that is named, two log n where it is not; two
    // for the harmless row beside an unlisted refusal.
    const parts = kind === 'named' ? 3 * 3 + 1 : 2 * 3 * Math.ceil(Math.log2(ROWS)) + 1;
    const before = 4; // the COPY in vain
    expect(statements).toBeLessThanOrEqual(before + parts * (kind === 'unlisted' ? 6 : 4));
  });

  it('are not made of an error that is nobody’s fault', async () => {
    const cancel = async (): Promise<never> => {
      await Promise.resolve();
      throw Object.assign(new Error('canceling statement'), { code: '57014' });
    };
    const failing: TransactionSession = {
      query: async ({ name }) => (name === 'insert_messages' ? await cancel() : []),
      copy: cancel,
    };
    for (const rows of [1, ROWS]) {
      const candidates = Array.from({ length: rows }, () => candidate('fine'));
      const error: unknown = await new Sieve(new MessagesRepository())
        .insertNew(failing, candidates)
        .catch((e: unknown) => e);
      expect(error).toMatchObject({ code: '57014' });
    }
  });

  it('or are there already, with no name, keep COPY from being tried for fifteen batches', async () => {
    const own = new Sieve(new MessagesRepository());
    const there = candidate('fine');
    await sift([there], own);
    const batch = (first: Candidate): Candidate[] => [
      first,
      ...Array.from({ length: 100 }, () => candidate('fine')),
    ];
    const copies: number[] = [(await sift(batch(candidate('fine')), own)).copies];
    for (let n = 0; n < 18; n += 1) copies.push((await sift(batch(there), own)).copies);
    copies.push((await sift([candidate('fine')], own)).copies);
    expect(copies).toEqual([1, 1, ...Array<number>(15).fill(0), 1, 0, 0]);
  });

  it('are cut out of a COPY where they are named, and the next one is tried again', async () => {
    const own = new Sieve(new MessagesRepository());
    const candidates = Array.from({ length: ROWS }, (_, index) =>
      candidate(index === 200 || index === 350 ? 'poison' : 'fine'),
    );
    const { stored, refused, copies } = await sift(candidates, own);
    expect({ stored, refused: refused.length }).toEqual({ stored: ROWS - 2, refused: 2 });
    expect(copies).toBe(kind === 'named' ? 5 : 1);
    const next = await sift(
      Array.from({ length: ROWS }, () => candidate('fine')),
      own,
    );
    expect(next.copies).toBe(kind === 'named' ? 1 : 0);
  });
});
