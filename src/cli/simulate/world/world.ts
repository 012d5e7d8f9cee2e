import type { Micros } from '../../../events/health-event.js';
import { spellsOf } from './life-of-a-service.js';
import { type Outage, outagesOf } from './outages.js';
import { type SimulatedService, simulatedService } from './service.js';
import type { Spell } from './spell.js';
import { BEGIN, HOUR } from './time.js';

export interface WorldOptions {
  readonly seed: number;
  readonly services: number;
  readonly hours: number;
}

/** All that a perfect observer knows: a pure function of the options. */
export interface World {
  readonly options: WorldOptions;
  readonly beginUs: Micros;
  readonly endUs: Micros;
  readonly services: readonly SimulatedService[];
  readonly spells: readonly Spell[];
  readonly outages: readonly Outage[];
}

export function createWorld(options: WorldOptions): World {
  const { seed, hours } = options;
  const beginUs = BEGIN;
  const endUs = beginUs + hours * HOUR;
  const outages = outagesOf(seed, beginUs, endUs);
  const services = Array.from({ length: options.services }, (_, number) =>
    simulatedService(seed, number, { beginUs, endUs, outages }),
  );
  return {
    options,
    beginUs,
    endUs,
    services,
    spells: services.flatMap((service) => spellsOf(service, seed, beginUs, endUs)),
    outages,
  };
}
