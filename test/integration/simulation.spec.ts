import { randomInt } from 'node:crypto';
import { linesOf } from '../../src/cli/simulate/report.js';
import { type Outcome, simulate } from '../../src/cli/simulate/simulation.js';
import { sameTables } from '../../src/cli/simulate/verdict/same-tables.js';
import { createWorld } from '../../src/cli/simulate/world/world.js';
import { Scope } from '../support/scope.js';
import { testServices } from '../support/services.js';

const FIXED_SEED = 1;
const SERVICES = 10;
const HOURS = 2;

/** Each with another number of sweepers. */
async function outcomesOf(seed: number, sweepers: readonly number[]): Promise<Outcome[]> {
  const world = createWorld({ seed, services: SERVICES, hours: HOURS });
  const outcomes: Outcome[] = [];
  for (const count of sweepers) {
    const scope = await Scope.open();
    try {
      outcomes.push(await simulate(testServices().databaseUrl, scope.schema, world, count));
    } finally {
      await scope.close();
    }
  }
  return outcomes;
}

describe('a simulated world', () => {
  it.each([
    ['a fixed seed', FIXED_SEED, [1, 3]],
    ['a seed of its own', randomInt(2 ** 31), [2]],
  ])('of %s (%i) is seen as it is', async (_, seed, sweepers) => {
    const outcomes = await outcomesOf(seed, sweepers);
    for (const { checks } of outcomes) {
      const broken = checks.filter(({ isMet }) => !isMet);
      if (broken.length > 0) throw new Error(`seed ${String(seed)}\n${linesOf(broken)}`);
    }
    expect(sameTables(outcomes)?.faults ?? []).toEqual([]);
    const [events = 0] = outcomes.map((outcome) => outcome.events);
    expect(events).toBeGreaterThan(4_000);
  });
});
