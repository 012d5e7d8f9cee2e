import { decodeHealthEvent } from '../events/decoder.js';
import type { Micros, RejectionReason } from '../events/health-event.js';
import { receive, type Received } from '../events/received-event.js';

/** A dead letter as it is locked for a replay. */
export interface LockedLetter {
  readonly journal_id: string;
  readonly event_index: number;
  readonly source: string;
  readonly reason: RejectionReason;
  readonly detail: string;
  readonly raw: Buffer;
  /** The event's own reception: its journal entry's, and its place in the entry. */
  readonly received_at_us: Micros;
  readonly is_replayed: boolean;
}

/** What is taken now. */
export interface Limits {
  readonly maxBytes: number;
  readonly windowDays: number;
}

/**
 * Reads a letter as the consumer would read its journal entry now: the same bytes at the same place, so
 * that the event has the identity and the times that it would have had.
 */
export function readLetter(
  letter: Omit<LockedLetter, 'is_replayed' | 'reason' | 'detail'>,
  { maxBytes, windowDays }: Limits,
): Received {
  const { journal_id: journalId, event_index: index, source, raw } = letter;
  const decoded = decodeHealthEvent(raw, source, { maxBytes });
  if (!decoded.ok) return decoded;
  return receive(
    decoded.event,
    { journalId, index, atUs: letter.received_at_us - index },
    windowDays,
  );
}
