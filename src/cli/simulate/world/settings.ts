import type { Micros } from '../../../events/health-event.js';
import type { Random } from '../../random.js';
import type { Outage } from './outages.js';
import { MINUTE, SECOND } from './time.js';

/** What an operator sets for a service at a moment; null stands for the default. */
export interface SettingsChange {
  readonly atUs: Micros;
  readonly ttlSeconds: number | null;
  readonly graceSeconds: number | null;
  readonly failureThreshold: number | null;
  readonly successThreshold: number | null;
  readonly expectedInstances: number | null;
}

/** The settings that a service has, one of them at least. */
export interface Wishes {
  readonly hasTtl: boolean;
  readonly hasThresholds: boolean;
  readonly expectedInstances: number | null;
}

/** The time in which operators change settings. */
export interface Calendar {
  readonly beginUs: Micros;
  readonly endUs: Micros;
  readonly outages: readonly Outage[];
}

/** In one world so often, just before its begin among them. */
const CHANGES = 3;

/** Operators keep so far away from an outage. */
const MARGIN: Micros = 10 * SECOND;

/** What is set over time: other values each time, never while the monitor is blind. */
export function settingsChanges(
  wishes: Wishes,
  intervalUs: Micros,
  calendar: Calendar,
  random: Random,
): SettingsChange[] {
  const intervalSeconds = intervalUs / SECOND;
  return Array.from({ length: CHANGES }, (_, nth) => ({
    atUs: nth === 0 ? calendar.beginUs - SECOND : someTime(calendar, random),
    ttlSeconds: wishes.hasTtl ? Math.ceil(intervalSeconds * random.between(2.5, 3.5)) : null,
    graceSeconds: wishes.hasTtl ? random.whole(5, 30) : null,
    failureThreshold: wishes.hasThresholds ? random.whole(1, 3) : null,
    successThreshold: wishes.hasThresholds ? random.whole(1, 3) : null,
    expectedInstances: wishes.expectedInstances,
  })).sort((a, b) => a.atUs - b.atUs);
}

function someTime({ beginUs, endUs, outages }: Calendar, random: Random): Micros {
  const atUs = random.whole(beginUs + MINUTE, endUs);
  const blind = outages.find(({ fromUs, toUs }) => fromUs - MARGIN <= atUs && atUs < toUs + MARGIN);
  return blind === undefined ? atUs : random.whole(blind.toUs + MARGIN, blind.toUs + 4 * MARGIN);
}
