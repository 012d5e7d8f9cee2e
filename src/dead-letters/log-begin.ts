import type { Micros, ReceivedEvent, Rejection } from '../events/health-event.js';
import { rejection } from '../events/rejection.js';

/** How far apart an event's own time and the time of its transition may lie: see events/received-event.ts. */
const CLOCK_AHEAD_US = 5 * 60_000_000;

/** Where a service's history begins; null where there is none. */
export interface LogBegin {
  /** Of the audit log. */
  readonly log_begin_us: Micros | null;
  /** Of the transitions, which are kept for longer. */
  readonly history_begin_us: Micros | null;
}

/**
 * Refuses an event from a time of which the audit log was removed: put there alone, it would stand for all
 * that was, and transitions that cannot be computed anew would be.
 */
export function removedTime(
  event: Pick<ReceivedEvent, 'occurredAtUs' | 'receivedAtUs'>,
  { log_begin_us: logBeginUs, history_begin_us: historyBeginUs }: LogBegin,
): Rejection | null {
  if (historyBeginUs === null) return null;
  if (logBeginUs === null) {
    return rejection(
      'timestamp_out_of_window',
      'the audit log of its service has been removed: there is nothing to put the event into',
    );
  }
  if (historyBeginUs >= logBeginUs - CLOCK_AHEAD_US) return null;
  const atUs = Math.min(event.occurredAtUs, event.receivedAtUs);
  if (atUs >= logBeginUs) return null;
  return rejection(
    'timestamp_out_of_window',
    `it is of ${isoOf(atUs)}, and the audit log of its service is kept from ${isoOf(logBeginUs)} on only`,
  );
}

const isoOf = (us: Micros): string => new Date(us / 1_000).toISOString();
