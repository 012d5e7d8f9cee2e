import type { RawEvent } from '../journal/entry.js';

/** Bytes of one block; a larger event has a block of its own. */
const BLOCK_BYTES = 256 * 1024;
const BLOCK_EVENTS = 1_024;
/** Blocks kept for the next events. */
const MAX_SPARE_BLOCKS = 4;

/** What was received, in order: each event begins where the one before it ends. */
interface Block {
  readonly bytes: Buffer;
  readonly ends: Uint32Array;
  readonly receivedMs: Float64Array;
  readonly sources: string[];
  /** Keys of our own messages, by their place. */
  readonly ownKeys: Map<number, string>;
  first: number;
  count: number;
}

/** The event that waits longest. Its bytes are good until {@link WaitingQueue.recycle}. */
export interface WaitingEvent extends RawEvent {
  readonly receivedMs: number;
  /** The key of one of our own messages; null for a health event. */
  readonly ownKey: string | null;
  /** Its place among all that ever came. */
  readonly number: number;
}

/**
 * Events that wait for the journal, in few large blocks: an object for each, and the reads of the socket that
 * they are slices of, would take twice their bytes and outlive several collections of garbage.
 */
export class WaitingQueue {
  private readonly blocks: Block[] = [];
  private readonly used: Block[] = [];
  private readonly spare: Block[] = [];
  private byteCount = 0;
  private ownCount = 0;
  private pushed = 0;
  private shifted = 0;

  /** Our own messages among them. */
  get length(): number {
    return this.pushed - this.shifted;
  }

  /** Health events only. */
  get events(): number {
    return this.length - this.ownCount;
  }

  get bytes(): number {
    return this.byteCount;
  }

  /** How many ever came: the number of the next one. */
  get nextNumber(): number {
    return this.pushed;
  }

  /** Copies the bytes. */
  push(source: string, raw: Buffer, receivedMs: number, ownKey: string | null = null): void {
    const block = this.blockFor(raw.length);
    const place = block.count;
    const start = endBefore(block, place);
    block.bytes.set(raw, start);
    block.ends[place] = start + raw.length;
    block.receivedMs[place] = receivedMs;
    block.sources.push(source);
    block.count += 1;
    if (ownKey !== null) {
      block.ownKeys.set(place, ownKey);
      this.ownCount += 1;
    }
    this.pushed += 1;
    this.byteCount += raw.length;
  }

  /** Of the event that waits longest; 0 where none does. */
  get nextBytes(): number {
    const [block] = this.blocks;
    if (block === undefined || block.first === block.count) return 0;
    return (block.ends[block.first] ?? 0) - endBefore(block, block.first);
  }

  shift(): WaitingEvent | null {
    const [block] = this.blocks;
    if (block === undefined || block.first === block.count) return null;
    const place = block.first;
    const end = block.ends[place] ?? 0;
    const raw = block.bytes.subarray(endBefore(block, place), end);
    const source = block.sources[place] ?? '';
    const ownKey = block.ownKeys.get(place) ?? null;
    const receivedMs = block.receivedMs[place] ?? 0;
    const number = this.shifted;
    block.first += 1;
    if (block.first === block.count && this.blocks.length > 1) {
      this.blocks.shift();
      this.used.push(block);
    }
    if (ownKey !== null) this.ownCount -= 1;
    this.shifted += 1;
    this.byteCount -= raw.length;
    return { source, raw, receivedMs, ownKey, number };
  }

  /** Call once nobody needs the bytes of what was shifted: others are written over them. */
  recycle(): void {
    for (const block of this.used.splice(0)) {
      if (this.spare.length === MAX_SPARE_BLOCKS || block.bytes.length !== BLOCK_BYTES) continue;
      block.first = 0;
      block.count = 0;
      block.sources.length = 0;
      block.ownKeys.clear();
      this.spare.push(block);
    }
  }

  private blockFor(bytes: number): Block {
    const last = this.blocks.at(-1);
    if (last !== undefined && last.count < BLOCK_EVENTS) {
      if (endBefore(last, last.count) + bytes <= last.bytes.length) return last;
    }
    if (last !== undefined && last.first === last.count) this.used.push(...this.blocks.splice(0));
    const block = (bytes <= BLOCK_BYTES ? this.spare.pop() : undefined) ?? newBlock(bytes);
    this.blocks.push(block);
    return block;
  }
}

const endBefore = ({ ends }: Block, place: number): number =>
  place === 0 ? 0 : (ends[place - 1] ?? 0);

const newBlock = (bytes: number): Block => ({
  bytes: Buffer.allocUnsafeSlow(Math.max(bytes, BLOCK_BYTES)),
  ends: new Uint32Array(BLOCK_EVENTS),
  receivedMs: new Float64Array(BLOCK_EVENTS),
  sources: [],
  ownKeys: new Map(),
  first: 0,
  count: 0,
});
