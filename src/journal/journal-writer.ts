import type { Redis } from 'ioredis';
import type { Micros } from '../events/health-event.js';
import { heartbeatParts, type UnsentHeartbeat } from '../observation/synthetic-message.js';
import type { RawEvent } from './entry.js';
import type { JournalKeys } from './keys.js';
import { RedisScript } from './redis-script.js';
import { APPEND, COPIES_SECONDS, HEARTBEAT, LEASE } from './append-scripts.js';

/** What makes two deliveries the same event. */
export type Identity =
  | { readonly kind: 'key'; readonly dedupKey: string }
  /** Only the bytes: every copy is an event, and which copy this is counts. */
  | {
      readonly kind: 'copy';
      readonly hash: string;
      /** Copies of these bytes that came before this one; null where that is not known. */
      readonly settled: number | null;
      /** How long ago it was received. */
      readonly ageUs: number;
    };

export interface AppendEvent extends RawEvent {
  readonly identity: Identity;
}

export type AppendOutcome = 'journaled' | 'duplicate' | 'left_to_holder';

export interface AppendResult {
  readonly isLeaseHolder: boolean;
  /** Where what was journaled lies; null where nothing was. */
  readonly entry: { readonly id: string; readonly atUs: Micros } | null;
  /** One per event, in order. */
  readonly outcomes: readonly AppendOutcome[];
  /** Per event without identity how many copies of its bytes are journaled by now; -1 for others. */
  readonly copies: readonly number[];
}

/** What the journal knows of some bytes without identity. */
export interface JournaledCopies {
  readonly count: number;
  /** How many of them came after the time asked about; null where that was not asked. */
  readonly after: number | null;
}

/** How long a lease is good without being renewed. */
export const LEASE_MS = 3_000;
/** A clock that was set back further than this is followed. */
const MAX_CLOCK_STEP_US = 1_000_000;

const UNBOUNDED = { maxBytes: Number.MAX_SAFE_INTEGER, group: '' };

const appendScript = new RedisScript(APPEND);
const leaseScript = new RedisScript(LEASE);
const heartbeatScript = new RedisScript(HEARTBEAT);

const OUTCOMES: Readonly<Record<string, AppendOutcome>> = {
  j: 'journaled',
  d: 'duplicate',
  l: 'left_to_holder',
};

/** The journal refused an append, because it or Redis as a whole takes as much memory as it may. */
export const isJournalFull = (error: unknown): boolean =>
  error instanceof Error && /^(?:JOURNAL_FULL|OOM)\b|\bOOM command/.test(error.message);

/** Redis answered something that is not in the protocol of our scripts. */
export class UnexpectedReplyError extends Error {
  override readonly name = 'UnexpectedReplyError';
}

/** Appends micro-batches to the journal, each event once over all instances. */
export class JournalWriter {
  private appends = 0;

  /** `writer`: unique among all processes that ever write, for it tells retries from new appends. */
  constructor(
    private readonly redis: Redis,
    private readonly keys: JournalKeys,
    readonly writer: string,
    /** Memory that the journal may take; at the bound it refuses appends, if the group has left it nothing to trim. */
    private readonly bound: { readonly maxBytes: number; readonly group: string } = UNBOUNDED,
  ) {}

  /**
   * The number under which an append is sent, and sent again after a failure: the journal takes it
   * once.
   */
  nextNumber(): number {
    this.appends += 1;
    return this.appends;
  }

  /**
   * Appends what is new. After a rejection nothing is known; call again with the same number: the
   * answer is the one that was lost, if the append had succeeded.
   */
  async append(number: number, events: readonly AppendEvent[]): Promise<AppendResult> {
    const { journal, lease, clock } = this.keys;
    const keys = [journal, lease, clock, this.keys.applied(this.writer), this.keys.dedup];
    const identities: string[] = [];
    const copies: string[] = [];
    const messages: (string | Buffer)[] = [];
    events.forEach(({ identity, source, raw }, index) => {
      if (identity.kind === 'key') {
        identities.push(identity.dedupKey);
      } else {
        keys.push(this.keys.copies(identity.hash));
        copies.push(`${index + 1}:${identity.settled ?? -1}:${identity.ageUs}`);
      }
      messages.push(source, raw);
    });
    const reply = await appendScript.runWithMany(this.redis, keys, [
      this.writer,
      number,
      COPIES_SECONDS,
      MAX_CLOCK_STEP_US,
      this.bound.maxBytes,
      this.bound.group,
      identities.length,
      ...identities,
      ...copies,
      ...messages,
    ]);
    return parseReply(reply, events);
  }

  /**
   * Takes or renews the lease, or gives it up; the holder alone journals events without identity.
   *
   * `asked`: hashes, and of which of them the copies are to be counted that were received after
   * `afterUs` (the journal's clock) and within the last `maxAgeUs`.
   *
   * @returns whether this writer holds it now, and what is journaled of each hash.
   */
  async lease(
    wanted: boolean,
    asked: readonly { readonly hash: string; readonly countsAfter: boolean }[] = [],
    afterUs = 0,
    maxAgeUs = COPIES_SECONDS * 1_000_000,
  ): Promise<{ isHolder: boolean; copies: JournaledCopies[] }> {
    const reply = await leaseScript.run(
      this.redis,
      [this.keys.lease, ...asked.map(({ hash }) => this.keys.copies(hash))],
      [
        this.writer,
        LEASE_MS,
        wanted ? '1' : '0',
        afterUs,
        maxAgeUs,
        ...asked.map(({ countsAfter }) => (countsAfter ? '1' : '0')),
      ],
    );
    if (!Array.isArray(reply) || !Array.isArray(reply[1])) throw new UnexpectedReplyError('lease');
    const counts = (reply[1] as unknown[]).map(Number);
    const copies = asked.map((_, index) => {
      const after = counts[2 * index + 1] ?? -1;
      return { count: counts[2 * index] ?? 0, after: after < 0 ? null : after };
    });
    return { isHolder: reply[0] === 1, copies };
  }

  /**
   * Publishes a synthetic heartbeat; `sinceUs` null: as from its publication.
   *
   * @returns when it was published, by the journal's clock in µs.
   */
  async publishHeartbeat(
    channel: string,
    { sinceUs, ...heartbeat }: UnsentHeartbeat & { readonly sinceUs: Micros | null },
  ): Promise<Micros> {
    const [before, between, after] = heartbeatParts(heartbeat);
    const reply = await heartbeatScript.run(
      this.redis,
      [],
      [channel, before, between, sinceUs ?? '', after],
    );
    return Number(reply);
  }

  /** The journal's clock, in µs. */
  async now(): Promise<number> {
    const [seconds, micros] = await this.redis.time();
    return Number(seconds) * 1_000_000 + Number(micros);
  }
}

function parseReply(reply: unknown, events: readonly AppendEvent[]): AppendResult {
  const [, isHolder, letters, id, at, counts] = typeof reply === 'string' ? reply.split(' ') : [];
  if (letters === undefined || id === undefined || counts === undefined)
    throw new UnexpectedReplyError('append');
  const counted = counts.split(',').map(Number);
  let copy = 0;
  return {
    isLeaseHolder: isHolder === '1',
    entry: id === '-' ? null : { id, atUs: Number(at) },
    outcomes: Array.from(letters, (letter) => {
      const outcome = OUTCOMES[letter];
      if (outcome === undefined) throw new UnexpectedReplyError('append');
      return outcome;
    }),
    copies: events.map(({ identity }) => (identity.kind === 'key' ? -1 : (counted[copy++] ?? -1))),
  };
}
