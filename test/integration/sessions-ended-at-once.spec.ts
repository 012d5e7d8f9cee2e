import { createDataSource } from '../../src/storage/data-source.js';
import { Database } from '../../src/storage/database.js';
import { testServices } from '../support/services.js';
import { endNewSessions } from '../support/session-ender.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const SESSIONS = 4;

let proxy: TcpProxy;

beforeAll(async () => {
  proxy = await TcpProxy.to(testServices().databaseUrl);
});

afterAll(async () => {
  await proxy.close();
});

it('a session that ends in the moment in which it begins ends its transaction, and not the process', async () => {
  const dataSource = await createDataSource({
    DATABASE_URL: proxy.url,
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
    endNewSessions(proxy, SESSIONS);
    const outcomes = await Promise.allSettled(Array.from({ length: SESSIONS + 1 }, transaction));
    expect(proxy.endedAtReplies).toBe(SESSIONS);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(SESSIONS);
    expect(await transaction()).toEqual([{ one: 1 }]);
  } finally {
    await dataSource.destroy();
  }
});
