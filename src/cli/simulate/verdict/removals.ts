import type { Micros } from '../../../events/health-event.js';
import type { Removal } from '../truth/life.js';
import { dueUs } from '../truth/rules.js';
import type { LifeTruth } from '../truth/service-truth.js';
import type { TruthOfService } from '../truth/world-truth.js';
import { EXPIRY_SECONDS } from '../world/service.js';
import { SECOND } from '../world/time.js';
import { at, type Check, checkOf, type Evidence } from './check.js';

const EXPIRY: Micros = EXPIRY_SECONDS * SECOND;
/** A sweep that is due is over after so long, where the monitor is not blind. */
const SLACK: Micros = 3 * SECOND;

/** Whom the monitor took out, it took out at the right time and for the right reason, and nobody else. */
export function removals({ world, tables, truth }: Evidence): Check {
  const faults: string[] = [];
  for (const service of truth.values()) {
    for (const one of service.lives) {
      const { removal, ledger } = one.life;
      const problem =
        removal === null
          ? problemOfStaying(one, service, world.endUs)
          : problemOf(removal, one, service, world.spells);
      if (problem === null) continue;
      faults.push(
        `${ledger.serviceName} ${ledger.instanceId} ${problem} (${removal?.reason ?? 'stayed'}` +
          `, at ${at(world, removal?.removedUs ?? null)})`,
      );
    }
  }
  const count = (reason: string): string =>
    `${String(tables.removals.filter((one) => one.reason === reason).length)} ${reason}`;
  return checkOf(
    'removals of instances',
    `${count('replaced')}, ${count('expired')}, ${String(faults.length)} wrong`,
    faults,
  );
}

function problemOf(
  removal: Removal,
  { life, silences }: LifeTruth,
  { rules, lives }: TruthOfService,
  spells: Evidence['world']['spells'],
): string | null {
  const last = life.heard.at(-1) ?? life.heard[0];
  if (removal.reason === 'replaced') {
    if (removal.removedUs !== dueUs(rules, last.receivedUs, last.ttlSeconds)) {
      return 'was replaced at another time than its deadline';
    }
    const spell = spells.findLast(
      ({ serviceName, instanceId, fromUs }) =>
        serviceName === removal.serviceName &&
        instanceId === removal.instanceId &&
        fromUs < removal.removedUs,
    );
    const isPlanned = spell?.ending === 'is_replaced' || spell?.ending === 'leaves';
    return isPlanned ? null : 'was replaced by nobody';
  }
  const since = silences.at(-1);
  if (since?.endsUs !== removal.removedUs) return 'was not stale';
  const earliestUs = since.dueUs + EXPIRY;
  if (removal.removedUs === earliestUs) return null;
  const isComing = lives.some(
    (other) =>
      other.life.heard[0].receivedUs === removal.removedUs ||
      other.silences.some(({ endsUs }) => endsUs === removal.removedUs && other.life !== life),
  );
  return removal.removedUs > earliestUs && isComing ? null : 'expired at a wrong time';
}

/** Who is stale for longer than the expiry, while another instance is there, has to go. */
function problemOfStaying(
  { life, silences }: LifeTruth,
  { rules, lives }: TruthOfService,
  horizonUs: Micros,
): string | null {
  const overdue = silences.find(({ dueUs: fromUs, endsUs }) => {
    const untilUs = fromUs + EXPIRY + SLACK;
    if (Math.min(endsUs, horizonUs) < untilUs) return false;
    if (rules.gaps.some((gap) => gap.fromUs < untilUs && gap.toUs > fromUs + EXPIRY)) return false;
    return lives.some((other) => other.life !== life && isThere(other, untilUs - SLACK, untilUs));
  });
  return overdue === undefined ? null : 'should have expired';
}

/** All the time, and not overdue itself. */
function isThere({ life, shown, silences }: LifeTruth, fromUs: Micros, toUs: Micros): boolean {
  if (life.heard[0].receivedUs > fromUs) return false;
  if (life.removal !== null && life.removal.removedUs < toUs) return false;
  const now = shown.findLast((step) => step.fromUs <= fromUs);
  if (now === undefined || now.status === 'left') return false;
  return !silences.some(({ dueUs: since, endsUs }) => since + EXPIRY < toUs && endsUs > fromUs);
}
