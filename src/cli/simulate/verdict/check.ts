import type { Micros } from '../../../events/health-event.js';
import type { Driven } from '../driver/driver.js';
import type { Tables } from '../driver/tables.js';
import type { TruthOfService } from '../truth/world-truth.js';
import { SECOND } from '../world/time.js';
import type { World } from '../world/world.js';

/** One thing that must hold, and whether it did. */
export interface Check {
  readonly name: string;
  /** What was found, in a few words with units. */
  readonly found: string;
  readonly isMet: boolean;
  /** What contradicts it, one line each; empty where it is met. */
  readonly faults: readonly string[];
}

/** All that a verdict is about. */
export interface Evidence {
  readonly world: World;
  readonly driven: Driven;
  readonly tables: Tables;
  readonly truth: ReadonlyMap<string, TruthOfService>;
}

/** Met where nothing contradicts it. */
export const checkOf = (name: string, found: string, faults: readonly string[]): Check => ({
  name,
  found,
  isMet: faults.length === 0,
  faults,
});

/** Seconds since the world began. */
export const at = ({ beginUs }: World, atUs: Micros | null): string =>
  atUs === null || atUs === Infinity ? 'never' : `${((atUs - beginUs) / SECOND).toFixed(6)} s`;
