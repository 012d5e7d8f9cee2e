import fc from 'fast-check';
import { Sieve } from '../../src/consumer/sieve.js';
import type { Candidate } from '../../src/consumer/batch.js';
import type { ReceivedEvent } from '../../src/events/health-event.js';
import { loadEnvironment } from '../../src/config/load.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { Database, type Session } from '../../src/storage/database.js';
import { MessagesRepository, messageKey } from '../../src/storage/messages.repository.js';
import { runCommand } from '../support/command.js';
import { Scope } from '../support/scope.js';

const ROWS = 500;

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
      payload: '{}',
      occurredAtUs: atUs,
      receivedAtUs: atUs,
    };
    const entry = { id: '1-0', atUs, events: [], bytes: 0 };
    return { event, key: messageKey(event), entry, index: 0 };
  };

  const sift = async (
    candidates: readonly Candidate[],
  ): Promise<{ stored: number; refused: Candidate[]; statements: number }> => {
    let statements = 0;
    const { isNew, refused } = await database.transaction(async (session) => {
      const counting: Session = {
        query: async (statement, values) => {
          statements += 1;
          return await session.query(statement, values);
        },
      };
      return await sieve.insertNew(counting, candidates);
    });
    return { stored: isNew.length, refused: refused.map((one) => one.candidate), statements };
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
    expect(statements).toBeLessThanOrEqual(parts * (kind === 'unlisted' ? 6 : 4));
  });

  it('are not made of an error that is nobody’s fault', async () => {
    const failing: Session = {
      query: async (statement) => {
        await Promise.resolve();
        if (statement.name !== 'insert_messages') return [];
        throw Object.assign(new Error('canceling statement'), { code: '57014' });
      },
    };
    const error: unknown = await sieve
      .insertNew(failing, [candidate('fine')])
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: '57014' });
  });
});
