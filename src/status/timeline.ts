import { aggregate } from './aggregation.js';
import type { Micros } from '../events/health-event.js';
import type { InstanceStatus, Status } from '../events/status-vocabulary.js';

type Held = InstanceStatus | Status;

/** A change of one instance's status in event time. */
export interface InstanceChange {
  readonly kind: 'change';
  readonly instanceId: string;
  readonly toStatus: Held;
  readonly occurredAtUs: Micros;
  /** Reception of the event that made it. */
  readonly receivedAtUs: Micros;
}

/** An instance was taken out, or with `instanceId` null all of the service. */
export interface Deletion {
  readonly kind: 'deletion';
  readonly instanceId: string | null;
  readonly occurredAtUs: Micros;
  /** Events received later belong to a new life. */
  readonly receivedThroughUs: Micros;
}

/** From now on so many instances are expected; null: any number. */
export interface Expectation {
  readonly kind: 'settings';
  readonly occurredAtUs: Micros;
  readonly expectedInstances: number | null;
}

export type TimelineEvent = InstanceChange | Deletion | Expectation;

/** What holds ahead of a stretch of the timeline. */
export interface Ahead {
  /** The newest change of each instance that was not deleted since. */
  readonly members: readonly InstanceChange[];
  readonly expectedInstances: number | null;
  /** Something was reported once, by an instance that may have been deleted. */
  readonly isKnown: boolean;
}

/** A change of the service's aggregate status, with what brought it. */
export interface ServiceChange<Cause extends TimelineEvent> {
  readonly fromStatus: Status | null;
  readonly toStatus: Status;
  readonly cause: Cause;
}

interface Member {
  readonly status: Held;
  readonly receivedAtUs: Micros;
}

/**
 * A service's aggregate status in event time, moved by one event after the other. Null until something
 * is reported; unknown where all that reported were deleted.
 *
 * A deletion takes out the instances that nothing was received of since. That a silent instance was
 * replaced makes no change: its silence ends as it begins, and is none.
 */
export class ServiceTimeline {
  status: Status | null;
  private readonly members = new Map<string, Member>();
  private readonly counts: Partial<Record<Held, number>> = {};
  private expectedInstances: number | null;
  private isKnown: boolean;

  constructor({ members, expectedInstances, isKnown }: Ahead) {
    this.expectedInstances = expectedInstances;
    this.isKnown = isKnown || members.length > 0;
    for (const change of members) this.hold(change);
    this.status = this.aggregated();
  }

  /** Events come in order of time. Null: the status stays. */
  apply<Cause extends TimelineEvent>(cause: Cause): ServiceChange<Cause> | null {
    this.take(cause);
    const [fromStatus, toStatus] = [this.status, this.aggregated()];
    this.status = toStatus;
    return toStatus === null || toStatus === fromStatus ? null : { fromStatus, toStatus, cause };
  }

  private take(event: TimelineEvent): void {
    switch (event.kind) {
      case 'change':
        this.isKnown = true;
        this.hold(event);
        break;
      case 'deletion':
        this.forget(event);
        break;
      case 'settings':
        this.expectedInstances = event.expectedInstances;
        break;
    }
  }

  private hold({ instanceId, toStatus: status, receivedAtUs }: InstanceChange): void {
    this.count(this.members.get(instanceId)?.status, -1);
    this.members.set(instanceId, { status, receivedAtUs });
    this.count(status, 1);
  }

  private forget({ instanceId, receivedThroughUs }: Deletion): void {
    const meant = instanceId === null ? [...this.members.keys()] : [instanceId];
    for (const id of meant) {
      const member = this.members.get(id);
      if (member === undefined || member.receivedAtUs > receivedThroughUs) continue;
      this.members.delete(id);
      this.count(member.status, -1);
    }
  }

  private count(status: Held | undefined, by: 1 | -1): void {
    if (status !== undefined) this.counts[status] = (this.counts[status] ?? 0) + by;
  }

  private aggregated(): Status | null {
    return this.isKnown ? aggregate(this.counts, this.expectedInstances).status : null;
  }
}

/** All changes that events make, in order of time, of a service of which `ahead` holds before them. */
export function serviceTimeline<Cause extends TimelineEvent>(
  ahead: Ahead,
  events: readonly Cause[],
): ServiceChange<Cause>[] {
  const timeline = new ServiceTimeline(ahead);
  return events.flatMap((event) => timeline.apply(event) ?? []);
}
