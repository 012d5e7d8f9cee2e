import { aggregate, type InstanceCounts } from './aggregation.js';
import type { Micros } from '../events/health-event.js';
import type { InstanceStatus, Status } from '../events/status-vocabulary.js';

type Held = InstanceStatus | Status;

/** A change of one instance's status in event time. */
export interface InstanceChange {
  readonly instanceId: string;
  readonly toStatus: Held;
  readonly occurredAtUs: Micros;
  /** Reception of the event that made it. */
  readonly receivedAtUs: Micros;
}

/** An operator had an instance forgotten, or with `instanceId` null all of the service. */
export interface Deletion {
  readonly instanceId: string | null;
  readonly deletedAtUs: Micros;
  /** Events received later belong to a new life. */
  readonly receivedThroughUs: Micros;
}

/** A change of the service's aggregate status, with the instance change that brought it. */
export interface ServiceChange<Change extends InstanceChange> {
  readonly fromStatus: Status | null;
  readonly toStatus: Status;
  readonly cause: Change;
}

interface Member {
  readonly status: Held;
  readonly receivedAtUs: Micros;
}

/**
 * A service's timeline from those of its instances: the aggregate status after each of their changes,
 * where it is another than before.
 *
 * `before`: each instance's newest change ahead of `changes`. `changes` and `deletions` stand in order
 * of time. A deletion takes out the instances that nothing was received of since; it makes no change
 * of its own, for nobody reported one, but the next change is seen without them.
 */
export function serviceTimeline<Change extends InstanceChange>(
  before: readonly InstanceChange[],
  changes: readonly Change[],
  deletions: readonly Deletion[],
): ServiceChange<Change>[] {
  const members = new Map<string, Member>(
    before.map(({ instanceId, toStatus, receivedAtUs }) => [
      instanceId,
      { status: toStatus, receivedAtUs },
    ]),
  );
  const startsUs = changes[0]?.occurredAtUs ?? 0;
  let waiting = [...deletions];
  const forgetUntil = (atUs: Micros): void => {
    for (const deletion of waiting.filter(({ deletedAtUs }) => deletedAtUs <= atUs)) {
      forget(members, deletion);
    }
    waiting = waiting.filter(({ deletedAtUs }) => deletedAtUs > atUs);
  };
  forgetUntil(startsUs - 1);
  let status = statusOf(members);
  const timeline: ServiceChange<Change>[] = [];
  for (const change of changes) {
    forgetUntil(change.occurredAtUs);
    members.set(change.instanceId, {
      status: change.toStatus,
      receivedAtUs: change.receivedAtUs,
    });
    const next = statusOf(members) ?? 'unknown';
    if (next !== status) timeline.push({ fromStatus: status, toStatus: next, cause: change });
    status = next;
  }
  return timeline;
}

function forget(members: Map<string, Member>, deletion: Deletion): void {
  for (const [instanceId, { receivedAtUs }] of members) {
    const isMeant = deletion.instanceId === null || deletion.instanceId === instanceId;
    if (isMeant && receivedAtUs <= deletion.receivedThroughUs) members.delete(instanceId);
  }
}

/** Null where no instance is known. */
function statusOf(members: ReadonlyMap<string, Member>): Status | null {
  if (members.size === 0) return null;
  const counts: Partial<Record<Held, number>> = {};
  for (const { status } of members.values()) counts[status] = (counts[status] ?? 0) + 1;
  return aggregate(counts satisfies InstanceCounts, null).status;
}
