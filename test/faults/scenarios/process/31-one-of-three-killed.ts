import { becomeIdle, haltAtWork, pendingOf } from '../../../support/consumers.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

const TAKE_OVER_MS = 30_000;
/** Longer than nobody may have touched what is taken over: not to be waited for. */
const IDLE_MS = 15_000;
/** So many that an instance is nearly always at work. */
const PER_SECOND = 500;

const fault: Fault = {
  number: 31,
  name: 'SIGKILL of one of three instances',
  selection: 'all',
  async run(world) {
    await world.begin({ instances: 3, eventsPerSecond: PER_SECOND });
    const { scope } = world;
    const victim = world.random.pick(world.living);

    const pending = await haltAtWork(scope, victim);
    await victim.kill();
    world.faultEnded();
    await becomeIdle(scope, IDLE_MS);

    await waitUntil(
      'its pending entries are taken over',
      async () => (await pendingOf(scope, victim)) === 0,
      { deadlineMs: TAKE_OVER_MS },
    );
    const reclaimed = await waitUntil('somebody says so', () => {
      const lines = world.living.flatMap((app) => app.logged('consumer.reclaimed'));
      return lines.length > 0 ? lines : null;
    });
    return { times: 1, evidence: { pending, reclaimed: reclaimed.length } };
  },
};

export default fault;
