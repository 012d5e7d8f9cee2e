import type { Redis } from 'ioredis';
import type { JournalKeys } from '../../journal/keys.js';

/** The journal in Redis. */
export interface JournalState {
  /** Entries appended since the stream was made. */
  readonly added: number;
  /** Up to where the group has read; null without the group. */
  readonly delivered: string | null;
  /** Processes that read it, by their consumer names, and how long ago they did, in ms. */
  readonly consumers: readonly { readonly name: string; readonly idleMs: number }[];
}

/** Entries that are looked through for one event; far more than come in within a second at rest. */
const LOOKED_THROUGH = 500;
/** Messages in one write. */
const CHUNK = 500;

type Fields = readonly (string | readonly string[])[];

/** Looks at Redis from outside: what was published, whether the journal has it, whether it is paused. */
export class JournalView {
  constructor(
    private readonly redis: Redis,
    private readonly keys: JournalKeys,
    private readonly group: string,
  ) {}

  /** Redis's clock, which stamps receptions. */
  async nowMs(): Promise<number> {
    const [seconds, micros] = await this.redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  }

  /** How many subscribers got it. */
  async publish(channel: string, message: string): Promise<number> {
    return await this.redis.publish(channel, message);
  }

  async publishAll(channel: string, messages: readonly string[]): Promise<void> {
    for (let at = 0; at < messages.length; at += CHUNK) {
      const some = messages.slice(at, at + CHUNK);
      await Promise.all(some.map(async (message) => await this.redis.publish(channel, message)));
    }
  }

  /** As a publisher that wants an acknowledgement. */
  async append(channel: string, message: string): Promise<void> {
    await this.redis.xadd(this.keys.journal, '*', channel, message);
  }

  /** Whether some instance has journaled an event within the last 20 seconds: it is in one of the newest two sets. */
  async hasJournaled(dedupKey: string): Promise<boolean> {
    const newest = await this.redis.get(this.keys.dedup);
    if (newest === null) return false;
    const sets = [Number(newest), Number(newest) - 1].map((n) => `${this.keys.dedup}${String(n)}`);
    const found = await Promise.all(sets.map((set) => this.redis.sismember(set, dedupKey)));
    return found.includes(1);
  }

  /** Null where there is no stream. */
  async state(): Promise<JournalState | null> {
    const { journal } = this.keys;
    if ((await this.redis.exists(journal)) === 0) return null;
    const stream = recordOf((await this.redis.xinfo('STREAM', journal)) as Fields);
    const groups = ((await this.redis.xinfo('GROUPS', journal)) as Fields[]).map(recordOf);
    const group = groups.find(({ name }) => name === this.group);
    const consumers =
      group === undefined
        ? []
        : ((await this.redis.xinfo('CONSUMERS', journal, this.group)) as Fields[]).map(recordOf);
    return {
      added: Number(stream['entries-added']),
      delivered: group === undefined ? null : String(group['last-delivered-id']),
      consumers: consumers.map(({ name, idle }) => ({ name: String(name), idleMs: Number(idle) })),
    };
  }

  /** The newest entry that holds a text, if it is still in the stream. */
  async entryWith(text: string): Promise<string | null> {
    const entries = await this.redis.xrevrange(
      this.keys.journal,
      '+',
      '-',
      'COUNT',
      LOOKED_THROUGH,
    );
    return entries.find(([, fields]) => fields.some((field) => field.includes(text)))?.[0] ?? null;
  }

  async isPaused(): Promise<boolean> {
    return (await this.redis.exists(this.keys.paused(this.group))) === 1;
  }

  /** A pause of the group ends by itself after this, whatever becomes of this process. */
  async limitPause(ms: number): Promise<void> {
    await this.redis.pexpire(this.keys.paused(this.group), ms);
  }

  /** Whether the group is paused without such a limit: by somebody else. */
  async isPausedForGood(): Promise<boolean> {
    return (await this.redis.pttl(this.keys.paused(this.group))) === -1;
  }

  async isPausedForAWhile(): Promise<boolean> {
    return (await this.redis.pttl(this.keys.paused(this.group))) > 0;
  }

  /** Ends a pause of the group, where REST cannot. */
  async removePause(): Promise<void> {
    await this.redis.del(this.keys.paused(this.group));
  }
}

const recordOf = (fields: Fields): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    fields.flatMap((name, index) => (index % 2 === 0 ? [[String(name), fields[index + 1]]] : [])),
  );

/** Whether an entry's id is behind another one. Source: Redis, "Streams". */
export function isBehind(id: string, other: string): boolean {
  const [a, b] = [id, other].map((one) => one.split('-').map(BigInt)) as [bigint[], bigint[]];
  const [ms = 0n, sequence = 0n] = a;
  const [otherMs = 0n, otherSequence = 0n] = b;
  return ms === otherMs ? sequence > otherSequence : ms > otherMs;
}
