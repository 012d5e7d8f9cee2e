import { readFile } from 'node:fs/promises';
import { becomeIdle, haltAtWork, pendingOf } from '../../../support/consumers.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

const IDLE_MS = 15_000;

/** An instance sleeps over its work until another has taken it over, and then goes on with it. */
const fault: Fault = {
  number: 32,
  name: 'SIGSTOP, then SIGCONT',
  selection: 'all',
  async run(world) {
    await world.begin({ instances: 2, eventsPerSecond: 500 });
    const { scope } = world;
    const sleeper = world.random.pick(world.living);
    const others = world.living.filter((app) => app !== sleeper);

    const pending = await haltAtWork(scope, sleeper);
    const state = await waitUntil('it is stopped', async () => await stateOf(sleeper.pid));
    await becomeIdle(scope, IDLE_MS);
    await waitUntil(
      'what it held is taken over',
      async () => (await pendingOf(scope, sleeper)) === 0,
      { deadlineMs: 30_000 },
    );
    sleeper.signal('SIGCONT');
    world.faultEnded();

    const reclaimed = await waitUntil('somebody says so', () => {
      const lines = others.flatMap((app) => app.logged('consumer.reclaimed'));
      return lines.length > 0 ? lines : null;
    });
    return { times: 1, evidence: { pending, state, reclaimed: reclaimed.length } };
  },
};

/** `T` of a process that is stopped; null of one that is not. Source: proc_pid_stat(5). */
async function stateOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  return state === 'T' ? state : null;
}

export default fault;
