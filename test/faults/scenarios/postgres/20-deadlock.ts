import type { PoolClient } from 'pg';
import { sessionsOf } from '../../../support/sessions.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';
import type { World } from '../../world.js';

const TIMES = 3;

/** Writers take the rows of services in one order; another session takes them in the opposite one. */
const fault: Fault = {
  number: 20,
  name: 'deadlock with another session',
  selection: 'all',
  async run(world) {
    await world.begin({ eventsPerSecond: 500 });
    const before = await deadlocks(world);

    let lost = 0;
    await waitUntil(
      `the instance loses ${TIMES} deadlocks`,
      async () => {
        if (await crossOnce(world)) lost += 1;
        return lost >= TIMES;
      },
      { deadlineMs: 60_000, pollMs: 1 },
    );
    world.faultEnded();

    const counted = await waitUntil('PostgreSQL has counted them', async () => {
      const more = (await deadlocks(world)) - before;
      return more >= TIMES ? more : null;
    });
    return { times: lost, evidence: { deadlocks: counted } };
  },
};

/** Whether PostgreSQL found a deadlock, and ended the instance's transaction for it. */
async function crossOnce(world: World): Promise<boolean> {
  const { app, scope } = world;
  const crossing = await scope.database.connect();
  const before = await deadlocks(world);
  try {
    await crossing.query('BEGIN');
    await lock(crossing, 'oracle-5');
    await waitUntil(
      'the instance waits for the row',
      async () => (await sessionsOf(scope, app, waitsForARow)).length > 0,
      { pollMs: 5 },
    );
    await lock(crossing, 'oracle-1');
    await crossing.query('COMMIT');
  } catch {
    return false; // this session was the one to lose, or the instance did not come by
  } finally {
    await crossing.query('ROLLBACK');
    crossing.release();
  }
  return (await deadlocks(world)) > before;
}

const waitsForARow = `wait_event_type = 'Lock' AND query LIKE '%INSERT INTO service_status%'`;

async function lock(session: PoolClient, service: string): Promise<void> {
  await session.query('SELECT FROM service_status WHERE service_name = $1 FOR UPDATE', [service]);
}

async function deadlocks({ scope }: World): Promise<number> {
  const [row] = await scope.sql<{ n: number }>(
    'SELECT deadlocks::integer AS n FROM pg_stat_database WHERE datname = current_database()',
  );
  return row?.n ?? 0;
}

export default fault;
