import type { JournaledCopies } from '../journal/journal-writer.js';
import type { PublishedEvent } from './health-event-server.js';

/** How long a copy waits for the lease holder's word, from the first time it was asked for. */
export const HOLD_MS = 6_000;
/** A counter of copies lives 60 s after the last copy; so does what we remember of it. */
const FORGET_MS = 60_000;
/** By then the lease holder has journaled what this instance received at the same moment. */
const HOLDER_IS_DONE_MS = 250;

interface HeldCopy {
  readonly event: PublishedEvent;
  readonly receivedMs: number;
  askedMs: number | null;
}

interface Copies {
  /** How many of the journaled copies are accounted for by copies received here; null: not known. */
  settled: number | null;
  readonly held: HeldCopy[];
  /** The journal has counted copies that did not arrive here (yet). */
  isBehind: boolean;
  touchedMs: number;
}

/** What an answer of the journal means for the copies held of the same bytes. */
export interface Verdict {
  /** Journaled by the lease holder. */
  readonly confirmed: number;
  /** Given up: the lease holder lives and has not journaled them. */
  readonly missed: number;
}

/**
 * Keeps account of events without identity, whose every copy is an event of its own. All instances
 * receive the same copies in the same order; the lease holder journals each, counting per hash of
 * the bytes; the others hold theirs until the count says that the holder was there first. Who becomes
 * holder journals exactly what is left.
 *
 * A copy's ordinal is its place among all copies of the same bytes; that it is not journaled yet is
 * a comparison with the journal's count, made inside the append. All times are in ms of one clock.
 */
export class CopyLedger {
  private readonly copies = new Map<string, Copies>();
  private heldCount = 0;
  private heldByteCount = 0;

  get held(): number {
    return this.heldCount;
  }

  get heldBytes(): number {
    return this.heldByteCount;
  }

  isHolding(hash: string): boolean {
    return (this.copies.get(hash)?.held.length ?? 0) > 0;
  }

  /** Hashes whose count is of interest: copies are held, or the journal is ahead of us. */
  openHashes(): string[] {
    return [...this.copies]
      .filter(([, { held, isBehind }]) => held.length > 0 || isBehind)
      .map(([hash]) => hash);
  }

  hold(hash: string, event: PublishedEvent, nowMs: number): void {
    const entry = this.entry(hash, nowMs);
    entry.held.push({ event, receivedMs: nowMs, askedMs: null });
    this.heldCount += 1;
    this.heldByteCount += event.raw.length;
  }

  /** The ordinal of the next copy to be appended; null where the journal has to say. */
  settled(hash: string, nowMs: number): number | null {
    return this.entry(hash, nowMs).settled;
  }

  /** All copies up to the journal's count are accounted for. */
  settle(hash: string, count: number, nowMs: number): void {
    this.entry(hash, nowMs).settled = count;
  }

  /**
   * Takes the journal's word on one hash.
   *
   * `subscribedSinceUs`: since when this instance has received every copy, by the journal's clock; a
   * counter that began later counts only copies that were received here too.
   */
  observe(
    hash: string,
    journaled: JournaledCopies,
    subscribedSinceUs: number,
    nowMs: number,
  ): Verdict {
    const entry = this.copies.get(hash);
    if (entry === undefined) return { confirmed: 0, missed: 0 };
    if (entry.settled === null)
      entry.settled = baseline(entry, journaled, subscribedSinceUs, nowMs);
    else if (journaled.count < entry.settled) entry.settled = 0; // the counter began anew
    let confirmed = 0;
    while (entry.settled < journaled.count && this.drop(entry)) {
      entry.settled += 1;
      confirmed += 1;
    }
    // A copy that has not come after a while was published while this instance was deaf.
    if (nowMs - entry.touchedMs > HOLDER_IS_DONE_MS) entry.settled = journaled.count;
    entry.isBehind = entry.settled < journaled.count;
    let missed = 0;
    for (const copy of entry.held) copy.askedMs ??= nowMs;
    while ((entry.held[0]?.askedMs ?? nowMs) < nowMs - HOLD_MS && this.drop(entry)) missed += 1;
    return { confirmed, missed };
  }

  /** Hands over all held copies, each hash in order: this instance holds the lease now. */
  takeHeld(): { readonly hash: string; readonly event: PublishedEvent }[] {
    const taken = [...this.copies].flatMap(([hash, { held }]) =>
      held.splice(0).map(({ event }) => ({ hash, event })),
    );
    this.heldCount = 0;
    this.heldByteCount = 0;
    return taken;
  }

  /** After a time of deafness, which copies are missing here is unknown. */
  forgetOrdinals(): void {
    for (const entry of this.copies.values()) entry.settled = null;
  }

  /** Forgets what was not seen for as long as the journal's counters live. */
  expire(nowMs: number): void {
    for (const [hash, entry] of this.copies) {
      if (entry.held.length === 0 && nowMs - entry.touchedMs > FORGET_MS) this.copies.delete(hash);
    }
  }

  private entry(hash: string, nowMs: number): Copies {
    let entry = this.copies.get(hash);
    if (entry === undefined) {
      entry = { settled: null, held: [], isBehind: false, touchedMs: nowMs };
      this.copies.set(hash, entry);
    }
    entry.touchedMs = nowMs;
    return entry;
  }

  private drop(entry: Copies): boolean {
    const dropped = entry.held.shift();
    if (dropped === undefined) return false;
    this.heldCount -= 1;
    this.heldByteCount -= dropped.event.raw.length;
    return true;
  }
}

/** Where to begin counting when the first word on a hash comes in. */
function baseline(
  entry: Copies,
  journaled: JournaledCopies,
  subscribedSinceUs: number,
  nowMs: number,
): number {
  if (journaled.count === 0 || journaled.sinceUs > subscribedSinceUs) return 0;
  // Some copies are older than our subscription: assume that the holder, alive until now, has
  // journaled what we received a while ago.
  const done = entry.held.filter(({ receivedMs }) => nowMs - receivedMs > HOLDER_IS_DONE_MS).length;
  return Math.max(0, journaled.count - done);
}
