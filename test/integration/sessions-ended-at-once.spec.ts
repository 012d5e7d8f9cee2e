import { createDataSource } from '../../src/storage/data-source.js';
import { Database } from '../../src/storage/database.js';
import { SessionEnder } from '../support/session-ender.js';
import { testServices } from '../support/services.js';

const SESSIONS = 4;

let ender: SessionEnder;

beforeAll(async () => {
  ender = await SessionEnder.before(testServices().databaseUrl);
});

afterAll(async () => {
  await ender.close();
});

it('a session that ends in the moment in which it begins ends its transaction, and not the process', async () => {
  const dataSource = await createDataSource({
    DATABASE_URL: ender.url,
    DATABASE_SCHEMA: 'public',
    DATABASE_POOL_SIZE: 2 * SESSIONS,
    HEALTH_INSTANCE_ID: 'test',
  }).initialize();
  const database = new Database(dataSource);
  const transaction = async (): Promise<unknown> =>
    await database.transaction(
      async (session) => await session.query({ name: 'one', text: 'SELECT 1 AS one' }, []),
    );
  try {
    // The one that lies idle serves one of them; all others take new ones.
    ender.end(SESSIONS);
    const outcomes = await Promise.allSettled(Array.from({ length: SESSIONS + 1 }, transaction));
    expect(ender.toEnd).toBe(0);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(SESSIONS);
    expect(await transaction()).toEqual([{ one: 1 }]);
  } finally {
    await dataSource.destroy();
  }
});
