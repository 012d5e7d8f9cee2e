import type { JournaledCopies } from '../journal/journal-writer.js';
import type { RawEvent } from '../journal/entry.js';

/** How long a copy waits for the lease holder's word, from the first time it was asked for. */
export const HOLD_MS = 6_000;
/**
 * What was not seen for so long is forgotten: before the journal's counter ends, 60 s after the last
 * copy, so that a counter that begins anew is never compared with what is remembered here.
 */
export const FORGET_MS = 45_000;
/** Distinct bytes that are remembered at once, about 200 bytes each. */
const MAX_HASHES = 500_000;
/** A copy that the holder has journaled arrives here by then, or never. */
const ARRIVAL_MS = 250;

interface HeldCopy {
  readonly event: RawEvent;
  readonly receivedMs: number;
  askedMs: number | null;
}

/** All copies up to `count` were published before `sinceMs`, and have arrived soon after it, or never. */
interface AwaitedCopies {
  readonly count: number;
  readonly sinceMs: number;
}

interface Copies {
  /** How many of the journaled copies are accounted for by copies received here; null: not known. */
  settled: number | null;
  readonly held: HeldCopy[];
  /** Copies that the journal has counted and that did not arrive here (yet); null: there are none. */
  awaited: AwaitedCopies | null;
  touchedMs: number;
}

/** A copy that this instance is to journal now. */
export interface TakenCopy {
  readonly hash: string;
  readonly event: RawEvent;
  readonly receivedMs: number;
}

/** What an answer of the journal means for the copies held of the same bytes. */
export interface Verdict {
  /** Journaled by the lease holder. */
  readonly confirmed: number;
  /** Given up: the lease holder lives and has not journaled them. */
  readonly missed: number;
  /** When the first of the missed was received; left out where there are none. */
  readonly missedSinceMs?: number;
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
  /** Touched last, last. */
  private readonly copies = new Map<string, Copies>();
  /** Hashes of which copies are held, or of which the journal is ahead. */
  private readonly open = new Set<string>();
  private heldCount = 0;
  private heldByteCount = 0;

  get held(): number {
    return this.heldCount;
  }

  get heldBytes(): number {
    return this.heldByteCount;
  }

  /** False for one more hash at the bound: to forget another one would be to miscount it. */
  hasRoomFor(hash: string): boolean {
    return this.copies.size < MAX_HASHES || this.copies.has(hash);
  }

  isHolding(hash: string): boolean {
    return (this.copies.get(hash)?.held.length ?? 0) > 0;
  }

  /**
   * What to ask the journal: hashes of which copies are held, or of which the journal is ahead. Where
   * counting has not begun, also how many copies came since this instance has been listening.
   */
  questions(): { readonly hash: string; readonly countsAfter: boolean }[] {
    return Array.from(this.open, (hash) => ({
      hash,
      countsAfter: this.copies.get(hash)?.settled === null,
    }));
  }

  hold(hash: string, event: RawEvent, receivedMs: number, nowMs: number): void {
    const entry = this.entry(hash, nowMs);
    entry.held.push({ event, receivedMs, askedMs: null });
    this.open.add(hash);
    this.heldCount += 1;
    this.heldByteCount += event.raw.length;
  }

  /** The ordinal of the next copy to be appended; null where the journal has to say. */
  settled(hash: string, nowMs: number): number | null {
    return this.entry(hash, nowMs).settled;
  }

  /** All copies up to the journal's count are accounted for. */
  settle(hash: string, count: number, nowMs: number): void {
    const entry = this.entry(hash, nowMs);
    entry.settled = count;
    entry.awaited = null;
    this.closeIfDone(hash, entry);
  }

  /**
   * Takes the journal's word on one hash. Counting begins where this instance began to listen: the
   * copies journaled after that are the ones that arrive here.
   */
  observe(hash: string, journaled: JournaledCopies, nowMs: number): Verdict {
    const entry = this.copies.get(hash);
    if (entry === undefined) return { confirmed: 0, missed: 0 };
    if (entry.settled === null) {
      if (journaled.after === null) return { confirmed: 0, missed: 0 };
      entry.settled = journaled.count - journaled.after;
    }
    const { awaited } = entry;
    let confirmed = 0;
    if (awaited !== null && nowMs - awaited.sinceMs > ARRIVAL_MS) {
      // What is not among the arrived by now was published while this instance was deaf.
      confirmed += this.confirm(entry, awaited.count, awaited.sinceMs + ARRIVAL_MS);
      entry.settled = Math.max(entry.settled, awaited.count);
    }
    confirmed += this.confirm(entry, journaled.count, nowMs);
    const { settled } = entry;
    if (settled >= journaled.count) entry.awaited = null;
    else if (awaited === null || settled >= awaited.count) {
      entry.awaited = { count: journaled.count, sinceMs: nowMs };
    }
    let missed = 0;
    const [oldest] = entry.held;
    for (const copy of entry.held) copy.askedMs ??= nowMs;
    while ((entry.held[0]?.askedMs ?? nowMs) < nowMs - HOLD_MS && this.drop(entry)) missed += 1;
    if (entry.awaited !== null) this.open.add(hash);
    else this.closeIfDone(hash, entry);
    return missed === 0 || oldest === undefined
      ? { confirmed, missed }
      : { confirmed, missed, missedSinceMs: oldest.receivedMs };
  }

  /** Hands over all held copies, each hash in order: this instance holds the lease now. */
  takeHeld(): TakenCopy[] {
    const taken: TakenCopy[] = [];
    for (const hash of this.open) {
      const entry = this.copies.get(hash);
      if (entry === undefined) continue;
      for (const { event, receivedMs } of entry.held.splice(0)) {
        taken.push({ hash, event, receivedMs });
      }
      this.closeIfDone(hash, entry);
    }
    this.heldCount = 0;
    this.heldByteCount = 0;
    return taken;
  }

  /** After a time of deafness counting begins anew, except of what is still held. */
  beginAnew(): void {
    for (const entry of this.copies.values()) if (entry.held.length === 0) entry.settled = null;
  }

  /** Forgets what was not seen for as long as the journal's counters live. */
  expire(nowMs: number): void {
    for (const [hash, entry] of this.copies) {
      if (nowMs - entry.touchedMs <= FORGET_MS) return;
      if (entry.held.length > 0) continue;
      this.copies.delete(hash);
      this.open.delete(hash);
    }
  }

  private closeIfDone(hash: string, { held, awaited }: Copies): void {
    if (held.length === 0 && awaited === null) this.open.delete(hash);
  }

  private entry(hash: string, nowMs: number): Copies {
    let entry = this.copies.get(hash);
    if (entry === undefined) entry = { settled: null, held: [], awaited: null, touchedMs: nowMs };
    else this.copies.delete(hash);
    this.copies.set(hash, entry);
    entry.touchedMs = nowMs;
    return entry;
  }

  /** Drops the held copies that were received by then and that the journal's count accounts for. */
  private confirm(entry: Copies, count: number, byMs: number): number {
    let confirmed = 0;
    while (
      entry.settled !== null &&
      entry.settled < count &&
      (entry.held[0]?.receivedMs ?? Infinity) <= byMs &&
      this.drop(entry)
    ) {
      entry.settled += 1;
      confirmed += 1;
    }
    return confirmed;
  }

  private drop(entry: Copies): boolean {
    const dropped = entry.held.shift();
    if (dropped === undefined) return false;
    this.heldCount -= 1;
    this.heldByteCount -= dropped.event.raw.length;
    return true;
  }
}
