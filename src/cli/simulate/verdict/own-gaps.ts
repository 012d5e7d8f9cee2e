import { dueUs as deadline } from '../truth/rules.js';
import { withoutGaps } from '../truth/rules-of.js';
import { at, type Check, checkOf, type Evidence } from './check.js';

/**
 * Nobody may be called stale who published within its own promise: whether anybody heard that is the
 * monitor's business.
 */
export function falseSilences({ world, driven, tables, truth }: Evidence): Check {
  const ttls = new Map(world.services.map(({ name, ttlSeconds }) => [name, ttlSeconds]));
  const silences = tables.silences.filter(({ dueUs, endsUs }) => dueUs !== endsUs);
  const faults = silences.flatMap(({ serviceName, instanceId, dueUs }) => {
    const rules = truth.get(serviceName)?.rules;
    const ttlSeconds = ttls.get(serviceName) ?? null;
    const { arrivedUs } = driven.ledger.of(serviceName, instanceId);
    const last = arrivedUs.findLast((atUs) => atUs < dueUs) ?? 0;
    if (rules !== undefined && deadline(withoutGaps(rules), last, ttlSeconds) <= dueUs) return [];
    return [
      `${serviceName} ${instanceId} is stale at ${at(world, dueUs)}, published at ${at(world, last)}`,
    ];
  });
  return checkOf(
    'stale although it published in time',
    `${String(faults.length)} of ${String(silences.length)} silences`,
    faults,
  );
}
