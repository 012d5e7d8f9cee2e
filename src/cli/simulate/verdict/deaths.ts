import { groupBy, nameOf } from '../truth/grouping.js';
import { dueUs } from '../truth/rules.js';
import { withoutGaps } from '../truth/rules-of.js';
import { SECOND } from '../world/time.js';
import { at, type Check, checkOf, type Evidence } from './check.js';

/**
 * Who died and was silent for longer than it had promised must have been called stale, just then; where
 * a gap meets the wait, the rules for gaps hold instead, which the timelines are held to.
 */
export function missedDeaths({ world, driven, tables, truth }: Evidence): Check {
  const silences = groupBy(tables.silences, nameOf);
  const faults: string[] = [];
  let deaths = 0;
  let inGaps = 0;
  for (const spell of world.spells) {
    const service = truth.get(spell.serviceName);
    if (spell.ending !== 'dies' || service === undefined) continue;
    const { heard } = driven.ledger.of(spell.serviceName, spell.instanceId);
    const last = heard.findLast(({ receivedUs }) => receivedUs < spell.toUs + SECOND);
    if (last === undefined) continue;
    const due = dueUs(withoutGaps(service.rules), last.receivedUs, last.ttlSeconds);
    const next = heard.find(({ receivedUs }) => receivedUs > last.receivedUs);
    if (due >= Math.min(next?.receivedUs ?? Infinity, world.endUs)) continue;
    if (world.outages.some(({ fromUs, toUs }) => fromUs < due && toUs > last.receivedUs)) {
      inGaps += 1;
      continue;
    }
    deaths += 1;
    if (silences.get(nameOf(spell))?.some((silence) => silence.dueUs === due) === true) continue;
    faults.push(`${spell.serviceName} ${spell.instanceId} died, due at ${at(world, due)}: missed`);
  }
  return checkOf(
    'silent deaths missed outside gaps',
    `${String(faults.length)} of ${String(deaths)} (${String(inGaps)} more met a gap)`,
    faults,
  );
}
