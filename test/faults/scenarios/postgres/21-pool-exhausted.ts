import type { PoolStats } from '../../../support/rest.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

const POOL = 3;
const READERS = 20;
/** A read ends within this, whatever the database does. */
const ANSWER_MS = 5_500;

/** Readers wait for a table that no commit needs, and hold or want all connections. */
const fault: Fault = {
  number: 21,
  name: 'pool exhausted by slow readers',
  selection: 'all',
  async run(world) {
    await world.begin({ environment: { DATABASE_POOL_SIZE: String(POOL) } });
    const { app, scope } = world;

    const locker = await scope.database.connect();
    const read = async (): Promise<{ status: number; ms: number }> => {
      const startedMs = performance.now();
      const { status } = await fetch(`${app.url}/api/v1/health/dead-letters`);
      return { status, ms: performance.now() - startedMs };
    };
    let pool: PoolStats;
    let answers: { status: number; ms: number }[];
    try {
      await locker.query('BEGIN; LOCK TABLE health_dead_letters IN ACCESS EXCLUSIVE MODE');
      const reading = Promise.all(Array.from({ length: READERS }, read));
      pool = await waitUntil('readers wait for a connection', async () => {
        const found = await app.api<PoolStats>('/database/pool');
        return found.checked_out === POOL && found.waiting >= READERS - POOL ? found : null;
      });
      answers = await reading;
    } finally {
      await locker.query('ROLLBACK');
      locker.release();
    }
    world.faultEnded();

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(ANSWER_MS);
    return { times: 1, evidence: { ...pool, answers: answers.length } };
  },
};

export default fault;
