import type { Micros } from '../../../events/health-event.js';
import type { Noticed } from '../driver/noticing.js';
import { nameOf } from '../truth/grouping.js';
import { SECOND } from '../world/time.js';
import { at, type Check, checkOf, type Evidence } from './check.js';

/** A transition to stale is written so long after its deadline at the most. */
const MAX_DELAY: Micros = 2 * SECOND;

export function delays({ world, driven, tables }: Evidence): Check {
  const heard = new Map(
    tables.silences.map((row) => [`${nameOf(row)}\n${row.dueUs}`, row.heardUs]),
  );
  const delayOf = ({ dueUs, writtenUs }: Noticed): Micros => writtenUs - dueUs;
  const meetsGap = (one: Noticed): boolean => {
    const heardUs = heard.get(`${nameOf(one)}\n${one.dueUs}`) ?? 0;
    return world.outages.some(({ fromUs, toUs }) => fromUs < one.dueUs && toUs > heardUs);
  };
  const faults = driven.noticed
    .filter((one) => delayOf(one) > MAX_DELAY)
    .map(
      (one) =>
        `${one.serviceName} ${one.instanceId}: due at ${at(world, one.dueUs)}, ` +
        `said ${(delayOf(one) / SECOND).toFixed(1)} s later`,
    );
  const after = driven.noticed.filter(meetsGap).map(delayOf);
  const others = driven.noticed.filter((one) => !meetsGap(one)).map(delayOf);
  return checkOf(
    'delay of stale transitions, at most 2 s',
    `${figuresOf(others)}; after gaps ${figuresOf(after)}`,
    faults,
  );
}

function figuresOf(values: readonly Micros[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const of = (share: number): string =>
    ((sorted[Math.ceil(share * sorted.length) - 1] ?? 0) / SECOND).toFixed(2);
  return sorted.length === 0
    ? 'none'
    : `${String(sorted.length)}: p50 ${of(0.5)} s, p99 ${of(0.99)} s, max ${of(1)} s`;
}
