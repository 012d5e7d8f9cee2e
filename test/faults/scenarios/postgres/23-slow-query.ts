import { sessionsOf } from '../../../support/sessions.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

const SLEEP_SECONDS = 1;
const SLOW_COMMITS = 5;

const fault: Fault = {
  number: 23,
  name: 'every insert takes a second',
  selection: 'all',
  async run(world) {
    await world.begin();
    const { app, scope } = world;

    await scope.sql(
      `CREATE FUNCTION ${scope.schema}.dawdle() RETURNS trigger LANGUAGE plpgsql
           AS 'BEGIN PERFORM pg_sleep(${SLEEP_SECONDS}); RETURN NULL; END'`,
    );
    await scope.sql(
      `CREATE TRIGGER dawdle BEFORE INSERT ON health_messages
          FOR EACH STATEMENT EXECUTE FUNCTION ${scope.schema}.dawdle()`,
    );
    const seen = new Set<string>();
    await waitUntil(
      `${SLOW_COMMITS} inserts are seen to sleep`,
      async () => {
        const where = `wait_event = 'PgSleep'`;
        for (const { pid } of await sessionsOf(scope, app, where)) {
          seen.add(`${pid} ${await startOf(pid)}`);
        }
        return seen.size >= SLOW_COMMITS;
      },
      { deadlineMs: 30_000 },
    );
    await world.atWork();
    await scope.sql('DROP TRIGGER dawdle ON health_messages');
    world.faultEnded();

    return { times: seen.size, evidence: { sleepSeconds: SLEEP_SECONDS } };

    async function startOf(pid: number): Promise<string> {
      const [row] = await scope.sql<{ at: string }>(
        'SELECT query_start::text AS at FROM pg_stat_activity WHERE pid = $1',
        [pid],
      );
      return row?.at ?? '';
    }
  },
};

export default fault;
