import { statsOf } from '../../../support/settled.js';
import { pendingOf } from '../../../support/consumers.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

const PER_SECOND = 1_000;
/** A drain takes no longer. */
const EXIT_MS = 10_000;

const fault: Fault = {
  number: 29,
  name: 'SIGTERM under load',
  selection: 'all',
  async run(world) {
    await world.begin({ instances: 2, eventsPerSecond: PER_SECOND });
    const { scope } = world;
    const leaving = world.random.pick(world.living);

    const { in_flight: inFlight } = await waitUntil(
      'it has events in flight',
      async () => {
        const stats = await statsOf(leaving);
        return stats.in_flight > 0 ? stats : null;
      },
      { pollMs: 1 },
    );
    const { code, signal, ms } = await leaving.stop();
    world.faultEnded();

    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(ms).toBeLessThan(EXIT_MS);
    const [drained] = leaving.logged('consumer.drained');
    expect(drained).toMatchObject({ left_pending: 0 });
    expect(await pendingOf(scope, leaving)).toBe(0);
    return { times: 1, evidence: { inFlight, exitMs: Math.round(ms) } };
  },
};

export default fault;
