import type { World } from '../world/world.js';
import { groupBy, nameOf } from './grouping.js';
import type { Ledger } from './ledger.js';
import { livesOf, type Removal } from './life.js';
import type { Rules } from './rules.js';
import { rulesOf } from './rules-of.js';
import { type ServiceTruth, truthOf } from './service-truth.js';

export interface TruthOfService extends ServiceTruth {
  readonly rules: Rules;
}

/** What is true of every service when the world ends, given whom the monitor took out. */
export function truthOfWorld(
  world: World,
  ledger: Ledger,
  removals: readonly Removal[],
): Map<string, TruthOfService> {
  const removalsByName = groupBy(removals, nameOf);
  const ledgers = groupBy(ledger.instances(), ({ serviceName }) => serviceName);
  return new Map(
    world.services.map((service) => {
      const rules = rulesOf(service, world);
      const lives = (ledgers.get(service.name) ?? []).flatMap((instance) =>
        livesOf(instance, removalsByName.get(nameOf(instance)) ?? []),
      );
      return [service.name, { rules, ...truthOf(lives, rules, world.endUs) }];
    }),
  );
}
