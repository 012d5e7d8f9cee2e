import { becomeIdle } from '../../../support/consumers.js';
import type { Fault } from '../../fault.js';
import { runOptions } from '../../run-options.js';
import type { World } from '../../world.js';

const { isLong } = runOptions(process.env);
const KILLS = isLong ? 100 : 5;
const EVENTS = isLong ? 500_000 : 10_000;
const PER_SECOND = 1_000;
const INSTANCES = 3;
/** Longer than nobody may have touched what is taken over: half of the dead are not waited for. */
const IDLE_MS = 15_000;
const EVENT_MS = 1_000 / PER_SECOND;

/** At moments that follow from the seed, any instance ends without warning, and another begins. */
const fault: Fault = {
  number: 54,
  name: 'random SIGKILLs over three instances',
  selection: 'all',
  deadlineMs: 120_000 + 3 * EVENTS * EVENT_MS,
  async run(world) {
    await world.begin({ instances: INSTANCES, eventsPerSecond: PER_SECOND });

    for (let kills = 1; kills <= KILLS; kills += 1) {
      await issuedInAll(world, Math.round((EVENTS * (kills - world.random.between(0, 1))) / KILLS));
      const victim = world.random.pick(world.living);
      await victim.kill();
      if (world.random.between(0, 1) < 0.5) await becomeIdle(world.scope, IDLE_MS);
      await world.spawn().ready();
    }
    await issuedInAll(world, EVENTS);
    world.faultEnded();

    const killed = world.apps.length - world.living.length;
    expect(killed).toBe(KILLS);
    return { times: KILLS, evidence: { killed, issued: world.publisher.all.length } };
  },
};

/** Resolves when the oracle has issued so many events since it began. */
async function issuedInAll(world: World, events: number): Promise<void> {
  for (let left = events; left > 0;) {
    left = events - world.publisher.all.length;
    if (left > 0) await world.issued(Math.min(left, PER_SECOND));
  }
}

export default fault;
