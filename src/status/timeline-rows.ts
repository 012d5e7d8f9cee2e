import type { Micros } from '../events/health-event.js';
import type { InstanceStatus, Status } from '../events/status-vocabulary.js';
import type { Ahead, Deletion, Expectation, InstanceChange } from './timeline.js';

/** A place in the order of a timeline; what no event made has a message id of its kind, see the statements. */
export interface TransitionPlace {
  readonly occurredAtUs: Micros;
  readonly receivedAtUs: Micros;
  readonly messageId: string;
  /** Empty for a whole service, and for its settings. */
  readonly instanceId: string;
}

/** A change of status in event time: of an instance, or of its service by what happened there. */
export interface TransitionRecord {
  /** Null: the whole service, or its settings. */
  readonly instance_id: string | null;
  readonly from_status: Status | InstanceStatus | null;
  readonly to_status: Status | InstanceStatus;
  readonly occurred_at: Micros;
  readonly reason: string;
  /** Null: no event made it. */
  readonly message_id: string | null;
}

interface Placed {
  readonly instance_id: string;
  readonly occurred_at: Micros;
  readonly received_at: Micros;
  readonly message_id: string;
  readonly reason: string;
}

/** A change of an instance as the statements give it. */
export interface ChangeRow extends Placed {
  readonly kind: 'change' | 'ahead';
  readonly from_status: Status | InstanceStatus | null;
  readonly to_status: Status | InstanceStatus;
}

interface DeletionRow extends Placed {
  readonly kind: 'deletion';
}

interface SettingsRow extends Placed {
  readonly kind: 'settings' | 'in_force';
  readonly expected_instances: number | null;
}

/** What the statements give: events in the range, and what was ahead of them. */
export type TimelineRow =
  ChangeRow | DeletionRow | SettingsRow | (Placed & { readonly kind: 'known' });

/** An event with the row that it was read from. */
export type PlacedEvent = (InstanceChange | Deletion | Expectation) & { readonly row: Placed };

export const placeOf = (row: Placed): TransitionPlace => ({
  occurredAtUs: row.occurred_at,
  receivedAtUs: row.received_at,
  messageId: row.message_id,
  instanceId: row.instance_id,
});

/** The events among the rows, in the order of the rows. */
export const eventsOf = (rows: readonly TimelineRow[]): PlacedEvent[] => rows.flatMap(eventOf);

function eventOf(row: TimelineRow): PlacedEvent[] {
  const occurredAtUs = row.occurred_at;
  switch (row.kind) {
    case 'change':
      return [{ ...changeOf(row), row }];
    case 'deletion': {
      const instanceId = row.instance_id === '' ? null : row.instance_id;
      const receivedThroughUs = row.received_at;
      return [{ kind: 'deletion', instanceId, occurredAtUs, receivedThroughUs, row }];
    }
    case 'settings':
      return [{ kind: 'settings', occurredAtUs, expectedInstances: row.expected_instances, row }];
    case 'ahead':
    case 'in_force':
    case 'known':
      return [];
  }
}

/** What the rows tell of the time ahead of the events. */
export function aheadOf(rows: readonly TimelineRow[]): Ahead {
  const inForce = rows.find((row): row is SettingsRow => row.kind === 'in_force');
  return {
    members: rows.flatMap((row) => (row.kind === 'ahead' ? [changeOf(row)] : [])),
    expectedInstances: inForce?.expected_instances ?? null,
    isKnown: rows.some(({ kind }) => kind === 'known'),
  };
}

const changeOf = (row: ChangeRow): InstanceChange => ({
  kind: 'change',
  instanceId: row.instance_id,
  toStatus: row.to_status,
  occurredAtUs: row.occurred_at,
  receivedAtUs: row.received_at,
});

/** What brought a change, as readers are told. */
export const causeOf = (
  event: PlacedEvent,
): Pick<TransitionRecord, 'instance_id' | 'occurred_at' | 'reason' | 'message_id'> => ({
  instance_id: event.kind === 'settings' ? null : event.instanceId,
  occurred_at: event.occurredAtUs,
  reason: event.row.reason,
  message_id: event.kind === 'change' ? event.row.message_id : null,
});

/** As the statements order them. */
export function comparePlaces(a: Placed, b: Placed): number {
  return (
    a.occurred_at - b.occurred_at ||
    a.received_at - b.received_at ||
    compareText(a.message_id, b.message_id) ||
    compareText(a.instance_id, b.instance_id)
  );
}

/** As COLLATE "C" has it, by code point: UTF-8 bytes are in that order. */
const compareText = (a: string, b: string): number =>
  Buffer.compare(Buffer.from(a), Buffer.from(b));
