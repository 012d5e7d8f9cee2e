import { groupBy, nameOf } from '../truth/grouping.js';
import { SECOND } from '../world/time.js';
import { at, type Check, checkOf, type Evidence } from './check.js';

/** Whose place another instance took must never have been called stale for being gone. */
export function redeployAlarms({ world, driven, tables }: Evidence): Check {
  const silences = groupBy(
    tables.silences.filter(({ dueUs, endsUs }) => dueUs !== endsUs),
    nameOf,
  );
  const spells = groupBy(world.spells, nameOf);
  const replaced = world.spells.filter(
    ({ ending }) => ending === 'is_replaced' || ending === 'leaves',
  );
  const faults = replaced.flatMap((spell) => {
    const { heard } = driven.ledger.of(spell.serviceName, spell.instanceId);
    const last = heard.findLast(({ receivedUs }) => receivedUs < spell.toUs + SECOND);
    const backUs = spells.get(nameOf(spell))?.find(({ fromUs }) => fromUs >= spell.toUs)?.fromUs;
    const alarm = silences
      .get(nameOf(spell))
      ?.find(
        ({ heardUs }) =>
          last !== undefined && heardUs >= last.receivedUs && heardUs < (backUs ?? Infinity),
      );
    if (alarm === undefined) return [];
    const { serviceName, instanceId } = spell;
    return [`${serviceName} ${instanceId} was replaced, and is stale at ${at(world, alarm.dueUs)}`];
  });
  return checkOf(
    'alarms by redeploys and restarts',
    `${String(faults.length)} of ${String(replaced.length)} instances replaced or restarted`,
    faults,
  );
}
