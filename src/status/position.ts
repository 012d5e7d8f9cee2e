import type { Micros } from '../events/health-event.js';

/**
 * Where an event stands in event time. Events are ordered by (effective time, reception, message
 * id); the effective time is the earlier of occurrence and reception, so that a publisher whose
 * clock runs ahead cannot pin a state.
 */
export interface Position {
  readonly occurredAtUs: Micros;
  readonly receivedAtUs: Micros;
  readonly messageId: string;
}

export const effectiveAtUs = (position: Position): Micros =>
  Math.min(position.occurredAtUs, position.receivedAtUs);

/** Negative where `a` comes first. Total: two events of one key are one event. */
export function comparePositions(a: Position, b: Position): number {
  return (
    effectiveAtUs(a) - effectiveAtUs(b) ||
    a.receivedAtUs - b.receivedAtUs ||
    (a.messageId < b.messageId ? -1 : a.messageId > b.messageId ? 1 : 0)
  );
}

/** In the order of reception. */
export const compareReceptions = (
  a: Pick<Position, 'receivedAtUs' | 'messageId'>,
  b: Pick<Position, 'receivedAtUs' | 'messageId'>,
): number =>
  a.receivedAtUs - b.receivedAtUs ||
  (a.messageId < b.messageId ? -1 : a.messageId > b.messageId ? 1 : 0);

/** Before every message id: where a place is to mean a moment alone. */
export const NO_MESSAGE_ID = '00000000-0000-0000-0000-000000000000';
