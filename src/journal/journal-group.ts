import type { Redis } from 'ioredis';
import { DecodedEntries } from './decoded-entries.js';
import type { Micros } from '../events/health-event.js';
import { type JournalEntry, parseEntry } from './entry.js';
import type { JournalKeys } from './keys.js';
import { RedisScript } from './redis-script.js';
import {
  ACKNOWLEDGE,
  BALANCE,
  ENSURE,
  OLDEST_UNACKNOWLEDGED,
  RECLAIM,
  REFRESH,
  REMOVE_CONSUMERS,
  TRIM,
} from './group-scripts.js';

/** How long a read waits for the next entry; far below the command timeout of its connection. */
const READ_BLOCK_MS = 1_000;
/** Ids in one command. */
const MAX_IDS = 1_000;
/** A consumer name without pending entries is removed after this. */
const CONSUMER_IDLE_MS = 3_600_000;

/** What {@link JournalGroup.ensure} had to make. */
export type Made = 'nothing' | 'group' | 'stream';

/** An entry that was delivered before. */
export interface RedeliveredEntry extends JournalEntry {
  /** How often, this time included. */
  readonly deliveries: number;
}

export interface Reclaimed {
  readonly entries: readonly RedeliveredEntry[];
  /** Pending entries that are no longer in the stream: somebody trimmed them away. */
  readonly lostIds: readonly string[];
  /** Where the next scan goes on; `0-0` where this one came to the end. */
  readonly cursor: string;
}

export interface JournalLag {
  /** Entries not yet delivered; null where Redis cannot tell. */
  readonly lag: number | null;
  /** Entries delivered, not acknowledged, over all consumers. */
  readonly pending: number;
}

export interface Balance extends JournalLag {
  /** Entries that others deleted before anybody could read them, since the last balance. */
  readonly lost: number;
  /** Ids between which the lost ones lie. */
  readonly fromId: string;
  readonly toId: string;
}

/** Redis did not answer, or refused; callers try again later. */
export class JournalUnavailableError extends Error {
  override readonly name = 'JournalUnavailableError';
}

const ensureScript = new RedisScript(ENSURE);
const acknowledgeScript = new RedisScript(ACKNOWLEDGE);
const refreshScript = new RedisScript(REFRESH);
const reclaimScript = new RedisScript(RECLAIM);
const balanceScript = new RedisScript(BALANCE);
const trimScript = new RedisScript(TRIM);
const oldestScript = new RedisScript(OLDEST_UNACKNOWLEDGED);
const removeConsumersScript = new RedisScript(REMOVE_CONSUMERS);

type RawReply = readonly (readonly [Buffer, readonly Buffer[] | null])[];

/**
 * The journal as one consumer of the group sees it: read, acknowledge, take over from the dead.
 * Two connections, for a read blocks.
 */
export class JournalGroup {
  /** Under which Redis knows the connection that reads; null before its first read. */
  private readerId: number | null = null;
  /** Since the first balance. */
  private hadAccounts = false;

  constructor(
    private readonly commands: Redis,
    private readonly reader: Redis,
    private readonly keys: JournalKeys,
    private readonly group: string,
    /** Unique per process: instance id and boot id. */
    readonly consumer: string,
    private readonly decoded: DecodedEntries = new DecodedEntries(),
  ) {
    reader.on('close', () => {
      this.readerId = null;
      decoded.forget();
    });
  }

  /** Makes stream and group where they are missing; the group begins at the oldest entry. */
  async ensure(): Promise<Made> {
    const made = await ensureScript.run(this.commands, this.accounted, [
      this.group,
      this.hadAccounts ? '1' : '0',
    ]);
    return made === 'stream' || made === 'group' ? made : 'nothing';
  }

  /** Up to `count` new entries; an empty list after a second without any. */
  async read(count: number): Promise<JournalEntry[]> {
    this.readerId ??= await this.reader.client('ID');
    const reply = (await this.reader.callBuffer(
      'XREADGROUP',
      ...['GROUP', this.group, this.consumer],
      ...['COUNT', count, 'BLOCK', READ_BLOCK_MS],
      ...['STREAMS', this.keys.journal, '>'],
    )) as readonly (readonly [Buffer, RawReply])[] | null;
    return reply === null ? [] : this.withDecoded(entriesOf(reply[0]?.[1] ?? []));
  }

  private withDecoded(entries: JournalEntry[]): JournalEntry[] {
    return entries.map((entry) => {
      const decoded = this.decoded.take(entry);
      return decoded === null ? entry : { ...entry, decoded };
    });
  }

  /** Ends a read that waits; it brings nothing then. A read that did not wait yet goes on. */
  async interruptRead(): Promise<void> {
    if (this.readerId !== null) await this.commands.client('UNBLOCK', this.readerId);
  }

  /** Whether an operator has paused the group. */
  async isPaused(): Promise<boolean> {
    return (await this.commands.exists(this.keys.paused(this.group))) === 1;
  }

  /** @throws JournalUnavailableError */
  async setPaused(isPaused: boolean): Promise<void> {
    const key = this.keys.paused(this.group);
    try {
      await (isPaused ? this.commands.set(key, '1') : this.commands.del(key));
    } catch (error) {
      throw new JournalUnavailableError('Redis does not answer', { cause: error });
    }
  }

  /** Call after the entries' events are committed, never before. */
  async acknowledge(ids: readonly string[]): Promise<void> {
    for (const some of inChunks(ids)) {
      await acknowledgeScript.run(this.commands, this.accounted, [this.group, ...some]);
    }
  }

  /** Takes over up to `count` entries from `cursor` on that nobody has touched for `idleMs`. */
  async reclaim(idleMs: number, count: number, cursor: string): Promise<Reclaimed> {
    const [next, raw, lost, deliveries] = (await reclaimScript.runForBytes(
      this.commands,
      this.accounted,
      [this.group, this.consumer, idleMs, cursor, count],
    )) as readonly [Buffer, RawReply, readonly Buffer[], readonly number[]];
    return {
      entries: entriesOf(raw).map((entry, index) => ({
        ...entry,
        deliveries: deliveries[index] ?? 1,
      })),
      cursor: next.toString('latin1'),
      lostIds: lost.map((id) => id.toString('latin1')),
    };
  }

  /** Says that entries held here are still being worked on. Does not count as a delivery. */
  async refresh(ids: readonly string[]): Promise<void> {
    for (const some of inChunks(ids)) {
      await refreshScript.run(this.commands, this.accounted, [this.group, this.consumer, ...some]);
    }
  }

  /** Deletes what all groups have acknowledged; nothing while this one is missing. */
  async trim(): Promise<void> {
    await trimScript.run(this.commands, [this.keys.journal], [this.group]);
  }

  /** Removes names of consumers that have been idle for an hour and hold nothing. */
  async removeIdleConsumers(idleMs = CONSUMER_IDLE_MS): Promise<string[]> {
    return await this.removeConsumers('', idleMs);
  }

  /** Removes this consumer's own name, unless it still holds entries. */
  async leave(): Promise<void> {
    await this.removeConsumers(this.consumer, CONSUMER_IDLE_MS);
  }

  /** How far the group is behind, and what it never got to read. Null without the group. */
  async balance(): Promise<Balance | null> {
    const reply = await balanceScript.run(this.commands, this.accounted, [this.group]);
    if (!Array.isArray(reply)) return null;
    this.hadAccounts = true;
    const [lost, fromId, toId, pending, lag] = reply as readonly unknown[];
    return {
      lost: Number(lost),
      fromId: String(fromId),
      toId: String(toId),
      pending: Number(pending),
      lag: typeof lag === 'number' ? lag : null,
    };
  }

  /** When the oldest entry was received that is not acknowledged, in µs; null where all are. */
  async oldestUnacknowledgedUs(): Promise<Micros | null> {
    const at = await oldestScript.run(this.commands, [this.keys.journal], [this.group]);
    return typeof at === 'string' ? Number(at) : null;
  }

  private get accounted(): readonly string[] {
    return [this.keys.journal, this.keys.accounts(this.group)];
  }

  private async removeConsumers(name: string, idleMs: number): Promise<string[]> {
    const removed = await removeConsumersScript.run(
      this.commands,
      [this.keys.journal],
      [this.group, idleMs, name],
    );
    return Array.isArray(removed) ? removed.map(String) : [];
  }
}

/** True where stream or group are gone, by an operator or an empty Redis. */
export const isMissingGroup = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('NOGROUP');

function entriesOf(reply: RawReply): JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (const [id, fields] of reply) {
    // A deleted entry that is still pending comes without fields (Redis 6; 7 leaves it out).
    entries.push(parseEntry(id.toString('latin1'), fields ?? []));
  }
  return entries;
}

function* inChunks(ids: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < ids.length; at += MAX_IDS) yield ids.slice(at, at + MAX_IDS);
}
