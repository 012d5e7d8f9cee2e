import { decodeHealthEvent } from '../events/decoder.js';
import type { Micros, ReceivedEvent, Rejection } from '../events/health-event.js';
import {
  readJournaled,
  type SyntheticHeartbeat,
  type SyntheticLoss,
} from '../observation/synthetic-message.js';
import { receive, receiveBare, type Received } from '../events/received-event.js';
import type { JournalEntry, RawEvent } from '../journal/entry.js';
import type { DeadLetter } from '../storage/dead-letters.repository.js';
import { compareKeys, inKeyOrder } from '../storage/messages.repository.js';
import { ATTEMPTS_AT_MOST } from './refusals.js';

/** An event on its way into the audit log, with its place in the journal in case it is refused. */
export interface Candidate {
  readonly event: ReceivedEvent;
  readonly entry: JournalEntry;
  readonly index: number;
}

export interface BatchLimits {
  readonly eventMaxBytes: number;
  readonly windowDays: number;
}

/** Reception lies this far at most from the clock of who reads it; else an id was made up. */
const MAX_RECEPTION_AHEAD_US = 86_400_000_000;
const MAX_RECEPTION_BEHIND_US = 400 * 86_400_000_000;

/** A heartbeat is published before it is journaled, unless Redis's clock is set back meanwhile; ... */
const MAX_HEARTBEAT_AHEAD_US = 1_000_000;
/** ... the times of a loss are an estimate. */
const MAX_LOSS_AHEAD_US = 60_000_000;

/** Journal entries that are committed in one transaction and acknowledged together. */
export class Batch {
  readonly entries: JournalEntry[] = [];
  private readonly open: Candidate[] = [];
  /** As they came; once the batch is closed, in the order of their keys and each key once. */
  candidates: readonly Candidate[] = this.open;
  readonly letters: DeadLetter[] = [];
  /** Our own; neither these nor the losses are among the events. */
  readonly heartbeats: SyntheticHeartbeat[] = [];
  readonly losses: SyntheticLoss[] = [];
  /** Events met a second time in this very batch; known once it is closed. */
  duplicates = 0;
  events = 0;
  bytes = 0;

  constructor(private readonly limits: BatchLimits) {}

  /** Reception of the oldest event, µs; null where there is none. */
  oldestAtUs: Micros | null = null;

  /**
   * Decodes the events of an entry. `nowUs`: this side's clock, for made-up times only.
   *
   * @returns how many health events it holds.
   */
  add(entry: JournalEntry, nowUs: Micros): number {
    this.entries.push(entry);
    this.bytes += entry.bytes;
    let events = 0;
    for (const index of entry.events.keys()) events += this.addEvent(entry, index, nowUs);
    if (events > 0 && (this.oldestAtUs === null || entry.atUs < this.oldestAtUs)) {
      this.oldestAtUs = entry.atUs;
    }
    return events;
  }

  /** Decodes one event of an entry. Returns 0 where it is one of our own messages, else 1. */
  addEvent(entry: JournalEntry, index: number, nowUs: Micros): 0 | 1 {
    const { source, raw } = eventOf(entry, index);
    if (this.isSynthetic(source, raw, entry)) return 0;
    this.events += 1;
    const implausible = implausibleReception(entry, nowUs);
    if (implausible !== null) {
      this.letters.push({ ...letterOf(entry, index, implausible), receivedAtUs: nowUs });
      return 1;
    }
    const received = this.receive(entry, index);
    if (received.ok) this.open.push({ event: received.event, entry, index });
    else this.letters.push(letterOf(entry, index, received.rejection));
    return 1;
  }

  private receive(entry: JournalEntry, index: number): Received {
    const { source, raw } = eventOf(entry, index);
    const { eventMaxBytes: maxBytes, windowDays } = this.limits;
    const place = { journalId: entry.id, index, atUs: entry.atUs };
    const known = entry.decoded?.[index] ?? null;
    if (known !== null) {
      return known.ok ? receiveBare(known.event, raw, place, windowDays) : known;
    }
    const decoded = decodeHealthEvent(raw, source, { maxBytes });
    return decoded.ok ? receive(decoded.event, place, windowDays) : decoded;
  }

  /**
   * Nothing is added any more. Of what has the same key the first stays. One sort serves to find it, to
   * see what two batches have in common, and to insert.
   */
  close(): void {
    const inOrder = inKeyOrder(this.open);
    this.candidates = inOrder.filter((candidate, at) => !hasKeyOf(candidate, inOrder[at - 1]));
    this.duplicates = inOrder.length - this.candidates.length;
  }

  /** Events taken as unknown because their word for the status is not in the vocabulary. */
  get unlistedStatuses(): number {
    return this.candidates.filter(({ event }) => event.isUnlistedStatus).length;
  }

  /** Takes a message of our own; one that tells of a time after its reception was made up. */
  private isSynthetic(source: string, raw: Buffer, { atUs }: JournalEntry): boolean {
    const message = readJournaled(source, raw);
    if (message === null) return false;
    if (message.kind === 'heartbeat') {
      if (message.publishedUs > atUs + MAX_HEARTBEAT_AHEAD_US) return false;
      this.heartbeats.push(message);
    } else {
      if (message.toUs > atUs + MAX_LOSS_AHEAD_US) return false;
      this.losses.push(message);
    }
    return true;
  }
}

/** Whether two closed batches hold an event of the same key. */
export function haveCommonKey(
  { candidates: some }: Pick<Batch, 'candidates'>,
  { candidates: others }: Pick<Batch, 'candidates'>,
): boolean {
  let at = 0;
  for (const { event } of some) {
    for (let other = others[at]; other !== undefined; other = others[at]) {
      const difference = compareKeys(other.event, event);
      if (difference === 0) return true;
      if (difference > 0) break;
      at += 1;
    }
  }
  return false;
}

const hasKeyOf = ({ event }: Candidate, other: Candidate | undefined): boolean =>
  other !== undefined && compareKeys(event, other.event) === 0;

function eventOf(entry: JournalEntry, index: number): RawEvent {
  const event = entry.events[index];
  if (event === undefined) throw new RangeError(`entry ${entry.id} has no event ${String(index)}`);
  return event;
}

/** What becomes of an event that is refused. */
export function letterOf(entry: JournalEntry, index: number, rejection: Rejection): DeadLetter {
  const event = eventOf(entry, index);
  return {
    journalId: entry.id,
    eventIndex: index,
    source: event.source,
    reason: rejection.reason,
    detail: rejection.detail,
    raw: event.raw,
    receivedAtUs: entry.atUs + index,
    attempts: rejection.reason === 'too_many_attempts' ? ATTEMPTS_AT_MOST : 1,
  };
}

function implausibleReception({ id, atUs }: JournalEntry, nowUs: Micros): Rejection | null {
  if (atUs <= nowUs + MAX_RECEPTION_AHEAD_US && atUs >= nowUs - MAX_RECEPTION_BEHIND_US)
    return null;
  return {
    reason: 'timestamp_out_of_window',
    detail: `the journal entry's own time, from its id ${id} or its field at, is no time of reception`,
  };
}
