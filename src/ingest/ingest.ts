import { createHash, randomUUID } from 'node:crypto';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { decodeHealthEvent } from '../events/decoder.js';
import type { BareDecoded } from '../events/health-event.js';
import { dedupKeyOf } from '../events/identity.js';
import { DecodedEntries, withoutDocument } from '../journal/decoded-entries.js';
import type { RawEvent } from '../journal/entry.js';
import {
  type AppendEvent,
  type AppendResult,
  isJournalFull,
  JournalWriter,
  LEASE_MS,
  UnexpectedReplyError,
} from '../journal/journal-writer.js';
import { Balance } from '../observability/balance.js';
import { Log } from '../observability/log.js';
import { Metrics } from '../observability/metrics.js';
import type { GapCause } from '../observation/gap-cause.js';
import { ReceptionClock } from '../observation/reception-clock.js';
import {
  lossText,
  OWN_SOURCE,
  readSynthetic,
  type SyntheticMessage,
} from '../observation/synthetic-message.js';
import { Troubles } from '../observation/troubles.js';
import { backoffMs, pause } from '../runtime/backoff.js';
import { deferred } from '../runtime/deferred.js';
import { textOf } from '../runtime/error-text.js';
import { keepHeapSmall } from '../runtime/heap-growth.js';
import { CopyLedger, FORGET_MS } from './copy-ledger.js';
import { HealthEventServer, type PublishedEvent } from './health-event-server.js';
import { Hearing } from './hearing.js';
import { IngestStatistics } from './ingest-statistics.js';
import { Subscription } from './subscription.js';
import { WaitingQueue } from './waiting-queue.js';

/** A micro-batch closes after this time, ... */
const MICRO_BATCH_WAIT_MS = 5;
/** ... or with this many events (Lua unpacks two values each, far below its 8,000), ... */
const MICRO_BATCH_MAX_EVENTS = 300;
/** ... or this many bytes; a larger event goes alone. */
const MICRO_BATCH_MAX_BYTES = 1024 * 1024;
/** What may wait for the journal; beyond it events are shed, as a publisher cannot be stopped. */
const MAX_WAITING_EVENTS = 100_000;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** More come than go: memory is dearer than time from here on, ... */
const MUCH_WAITING_EVENTS = MAX_WAITING_EVENTS / 4;
const MUCH_WAITING_BYTES = MAX_WAITING_BYTES / 4;
/** ... until no more than this wait. */
const LITTLE_WAITING_EVENTS = 1_000;
/** Six chances to renew a lease before it is lost. */
const LEASE_TICK_MS = LEASE_MS / 6;
/** After a time of deafness others go first: they heard what this instance missed. */
const LEASE_STAND_BACK_MS = 3 * LEASE_TICK_MS;
/** Hashes asked for in one call. */
const LEASE_TICK_HASHES = 500;
/** Of heartbeats, as against losses. */
const HEARTBEAT_KEY = 'heartbeat:';
/** How long a shutdown waits for the journal to take what is in hand. */
const DRAIN_MS = 4_000;

interface Waiting {
  readonly event: RawEvent;
  /** Null for an event without identity, which goes by its bytes. */
  readonly dedupKey: string | null;
  readonly hash: string | null;
  readonly receivedMs: number;
  /** Our own, no health event: goes with the others and is not counted. */
  readonly isSynthetic: boolean;
  /** Null where it was not decoded, or has to be once more. */
  readonly decoded: BareDecoded | null;
}

/**
 * From the subscription to the journal. Events wait in one queue; one append is under way at a time,
 * so that their order is kept, and it is repeated until the journal has taken it.
 *
 *   running ──beforeApplicationShutdown──▶ draining ──queue empty, or 4 s──▶ stopped
 */
@Injectable()
export class Ingest implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly ledger = new CopyLedger();
  private readonly stopping = new AbortController();
  private readonly givingUp = new AbortController();
  private readonly queue = new WaitingQueue();
  /** Go before the queue: copies that were held until the lease came, and what was given up. */
  private ahead: readonly Waiting[] = [];
  private aheadBytes = 0;
  /** Heartbeats with a lower number in the queue prove nothing: an event before them was shed. */
  private provesFrom = 0;
  /** On its way to the journal. */
  private underAppend: readonly Waiting[] = [];
  private readonly balance: Balance;
  private arrived = deferred();
  private isLeaseHolder = false;
  private appendProblem: string | null = null;
  /** Why the journal takes nothing, as the cause of a gap. */
  private appendTrouble: Extract<GapCause, 'journal_full' | 'redis_unreachable'> | null = null;
  private hasReportedShedding = false;
  private appending: Promise<void> = Promise.resolve();
  private leasing: Promise<void> = Promise.resolve();

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly writer: JournalWriter,
    private readonly decoded: DecodedEntries,
    private readonly server: HealthEventServer,
    private readonly subscription: Subscription,
    private readonly hearing: Hearing,
    private readonly statistics: IngestStatistics,
    private readonly clock: ReceptionClock,
    private readonly troubles: Troubles,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.balance = new Balance(
      'ingest',
      () => statistics.inHand,
      () =>
        this.queue.events +
        countEvents(this.ahead) +
        countEvents(this.underAppend) +
        this.ledger.held,
      metrics,
      log,
    );
  }

  /** Why the journal takes nothing, in one sentence; null while it does. */
  get problem(): string | null {
    return this.appendProblem;
  }

  onApplicationBootstrap(): void {
    if (!this.environment.HEALTH_CONSUMER_ENABLED) return;
    this.appending = this.appendLoop();
    this.leasing = this.leaseLoop();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.server.close();
    this.stopping.abort();
    this.arrived.resolve();
    const timer = setTimeout(() => {
      this.givingUp.abort();
    }, DRAIN_MS);
    await this.appending;
    await this.leasing;
    clearTimeout(timer);
    await this.releaseLease(); // not earlier: what was in hand needed it
    const left = this.queue.events + countEvents(this.ahead);
    if (left > 0) this.log.error({ events: left }, 'ingest.events_given_up');
  }

  /** Takes what was published; sheds it, unread, where too much is waiting already. */
  take(events: readonly PublishedEvent[]): void {
    const receivedMs = performance.now();
    let shed = 0;
    let counted = 0;
    let channelSpec = '';
    for (const event of events) {
      const synthetic = readSynthetic(event.raw);
      if (synthetic?.kind === 'heartbeat') {
        // Sheds before it in this very call are a break, and it proves nothing.
        if (shed === 0 && this.hearing.accepts(synthetic)) this.enqueueSynthetic(event, synthetic);
        continue;
      }
      if (event.channelSpec !== channelSpec) {
        if (counted > 0) this.statistics.countReceived(channelSpec, counted);
        ({ channelSpec } = event);
        counted = 0;
      }
      counted += 1;
      if (this.isFull(event.raw.length)) shed += 1;
      else this.queue.push(event.source, event.raw, receivedMs);
    }
    if (counted > 0) this.statistics.countReceived(channelSpec, counted);
    if (shed > 0) this.reportShed(shed);
    else this.hasReportedShedding = false;
    if (this.waiting > MUCH_WAITING_EVENTS || this.queue.bytes > MUCH_WAITING_BYTES) {
      keepHeapSmall(true);
    }
    this.arrived.resolve();
  }

  /** Behind all that was received before it, and ahead of what comes after it. */
  private enqueueSynthetic({ source, raw }: RawEvent, message: SyntheticMessage): void {
    const ownKey =
      message.kind === 'heartbeat'
        ? `${HEARTBEAT_KEY}${message.bootId}:${message.sequence}`
        : `loss:${randomUUID()}`;
    this.queue.push(source, raw, performance.now(), ownKey);
  }

  private get waiting(): number {
    return this.queue.length + this.ahead.length;
  }

  private isFull(bytes: number): boolean {
    return (
      this.waiting + this.ledger.held >= MAX_WAITING_EVENTS ||
      this.queue.bytes + this.aheadBytes + this.ledger.heldBytes + bytes > MAX_WAITING_BYTES
    );
  }

  private reportShed(events: number): void {
    this.statistics.countShed(events);
    const cause = this.appendTrouble ?? 'ingest_overload';
    this.troubles.note(cause);
    this.hearing.break(cause, events);
    if (this.hasReportedShedding) return;
    this.hasReportedShedding = true;
    this.log.error({ waiting: this.waiting, held: this.ledger.held }, 'ingest.shedding');
  }

  private async appendLoop(): Promise<void> {
    while (!this.stopping.signal.aborted || this.waiting > 0) {
      if (this.givingUp.signal.aborted) return;
      if (this.waiting === 0) {
        await this.arrived.promise;
        this.arrived = deferred();
        continue;
      }
      if (this.waiting < MICRO_BATCH_MAX_EVENTS) {
        await pause(MICRO_BATCH_WAIT_MS, this.stopping.signal);
      }
      const batch = this.nextBatch();
      if (batch.length > 0) await this.append(batch);
      if (this.ahead.length === 0) this.queue.recycle();
      if (this.waiting < LITTLE_WAITING_EVENTS) keepHeapSmall(false);
    }
  }

  /** Moves what waits longest into a micro-batch; what the lease holder is to journal is held. */
  private nextBatch(): Waiting[] {
    const batch: Waiting[] = [];
    let bytes = 0;
    let shed = 0;
    const nowMs = performance.now();
    const isTaken = (size: number): boolean =>
      batch.length < MICRO_BATCH_MAX_EVENTS &&
      (batch.length === 0 || bytes + size <= MICRO_BATCH_MAX_BYTES);
    const add = (waiting: Waiting): void => {
      const { hash, event } = waiting;
      if (hash !== null && (!this.isLeaseHolder || this.ledger.isHolding(hash))) {
        this.hold(hash, waiting, nowMs);
        return;
      }
      batch.push(waiting);
      bytes += event.raw.length;
    };
    let taken = 0;
    for (const waiting of this.ahead) {
      if (!isTaken(waiting.event.raw.length)) break;
      taken += 1;
      add(waiting);
    }
    if (taken > 0) this.putAhead(this.ahead.slice(taken));
    while (this.ahead.length === 0 && isTaken(this.queue.nextBytes)) {
      const waiting = this.nextWaiting();
      if (waiting === null) break;
      if (waiting === 'shed') shed += 1;
      else if (waiting !== 'void') add(waiting);
    }
    if (shed > 0) this.reportShed(shed);
    return batch;
  }

  /** What waits longest in the queue, with its identity; null where nothing does. */
  private nextWaiting(): Waiting | 'shed' | 'void' | null {
    const event = this.queue.shift();
    if (event === null) return null;
    const { receivedMs, ownKey } = event;
    if (ownKey !== null) {
      const isVoid = event.number < this.provesFrom && ownKey.startsWith(HEARTBEAT_KEY);
      return isVoid
        ? 'void'
        : { event, dedupKey: ownKey, hash: null, receivedMs, isSynthetic: true, decoded: null };
    }
    const limits = { maxBytes: this.environment.HEALTH_EVENT_MAX_BYTES };
    const decoded = decodeHealthEvent(event.raw, event.source, limits);
    const dedupKey = decoded.ok ? dedupKeyOf(decoded.event) : null;
    const hash = dedupKey === null ? hashOf(event) : null;
    if (hash === null || this.ledger.hasRoomFor(hash)) {
      return {
        event,
        dedupKey,
        hash,
        receivedMs,
        isSynthetic: false,
        decoded: withoutDocument(decoded, event.raw),
      };
    }
    this.provesFrom = this.queue.nextNumber;
    return 'shed';
  }

  private putAhead(waiting: readonly Waiting[]): void {
    this.ahead = waiting;
    this.aheadBytes = waiting.reduce((bytes, { event }) => bytes + event.raw.length, 0);
  }

  /** Of its own bytes: those in the queue are written over. */
  private hold(hash: string, { event: { source, raw }, receivedMs }: Waiting, nowMs: number): void {
    this.ledger.hold(hash, { source, raw: Buffer.from(raw) }, receivedMs, nowMs);
  }

  private async append(batch: readonly Waiting[]): Promise<void> {
    this.underAppend = batch;
    const number = this.writer.nextNumber();
    const events = this.appendEvents(batch);
    for (let attempt = 0; !this.givingUp.signal.aborted; attempt += 1) {
      try {
        const result = await this.writer.append(number, events);
        this.appendProblem = null;
        this.appendTrouble = null;
        this.isLeaseHolder = result.isLeaseHolder;
        this.underAppend = [];
        this.settle(batch, events, result);
        return;
      } catch (error) {
        this.reportAppend(error);
        await pause(backoffMs(attempt), this.givingUp.signal);
      }
    }
    this.underAppend = [];
    this.putAhead([...batch, ...this.ahead]);
  }

  private appendEvents(batch: readonly Waiting[]): AppendEvent[] {
    const nowMs = performance.now();
    const before = new Map<string, number>();
    return batch.map(({ event: { source, raw }, dedupKey, hash, receivedMs }) => {
      if (dedupKey !== null) return { source, raw, identity: { kind: 'key', dedupKey } };
      if (hash === null) throw new Error('an event has neither key nor hash');
      const settled = this.ledger.settled(hash, nowMs);
      const ordinal = before.get(hash) ?? 0;
      before.set(hash, ordinal + 1);
      return {
        source,
        raw,
        identity: {
          kind: 'copy',
          hash,
          settled: settled === null ? null : settled + ordinal,
          ageUs: Math.max(0, Math.round((nowMs - receivedMs) * 1_000)),
        },
      };
    });
  }

  private settle(
    batch: readonly Waiting[],
    sent: readonly AppendEvent[],
    { outcomes, copies, entry }: AppendResult,
  ): void {
    const nowMs = performance.now();
    let journaled = 0;
    let duplicate = 0;
    const decoded: (BareDecoded | null)[] = [];
    let bytes = 0;
    sent.forEach(({ identity }, index) => {
      const waiting = batch[index];
      const outcome = outcomes[index];
      if (waiting === undefined || outcome === undefined) throw new UnexpectedReplyError('append');
      if (outcome === 'journaled') {
        decoded.push(waiting.decoded);
        bytes += waiting.event.raw.length;
      }
      if (waiting.isSynthetic) return;
      if (identity.kind === 'copy' && outcome === 'left_to_holder') {
        this.hold(identity.hash, waiting, nowMs);
        return;
      }
      if (outcome === 'journaled') journaled += 1;
      else duplicate += 1;
      if (identity.kind === 'key') return;
      // A copy that somebody else had journaled accounts for one of the count, not for all of it.
      const counted = outcome === 'journaled' ? copies[index] : (identity.settled ?? 0) + 1;
      this.ledger.settle(identity.hash, counted ?? 0, nowMs);
    });
    if (entry !== null) this.decoded.remember({ ...entry, events: decoded, bytes });
    this.statistics.countJournaled(journaled);
    this.statistics.countDeduplicated(duplicate);
  }

  private reportAppend(error: unknown): void {
    const text = textOf(error);
    const problem = `the journal takes no events: ${text}`;
    if (this.appendProblem === null) this.log.warn({ error }, 'ingest.append_failed');
    this.appendProblem = problem;
    this.appendTrouble = isJournalFull(error) ? 'journal_full' : 'redis_unreachable';
    this.troubles.note(this.appendTrouble);
  }

  /** Renews or takes the lease, and learns what the holder has journaled. */
  private async leaseLoop(): Promise<void> {
    let sinceUs: number | null = null;
    let standBackUntilMs = 0;
    while (await pause(LEASE_TICK_MS, this.stopping.signal)) {
      const heardSinceUs = this.subscription.sinceUs;
      if (sinceUs !== heardSinceUs) {
        if (sinceUs !== null) standBackUntilMs = performance.now() + LEASE_STAND_BACK_MS;
        // Before the journal is asked: what its answer accounts for must not be counted anew.
        this.ledger.beginAnew();
      }
      const isWanted = this.subscription.isSubscribed && performance.now() >= standBackUntilMs;
      try {
        await this.leaseTick(isWanted, heardSinceUs ?? sinceUs ?? 0);
      } catch {
        this.isLeaseHolder = false; // the connection's state is logged where it is kept
      }
      sinceUs = heardSinceUs;
      this.ledger.expire(performance.now());
      this.balance.check();
    }
  }

  private async leaseTick(isWanted: boolean, sinceUs: number): Promise<void> {
    const questions = this.ledger.questions();
    const wasHolder = this.isLeaseHolder;
    for (let i = 0; i === 0 || i < questions.length; i += LEASE_TICK_HASHES) {
      const asked = questions.slice(i, i + LEASE_TICK_HASHES);
      const { isHolder, copies } = await this.writer.lease(
        isWanted,
        asked,
        sinceUs,
        FORGET_MS * 1_000,
      );
      this.isLeaseHolder = isHolder;
      let confirmed = 0;
      let missed = 0;
      let missedSinceMs = Infinity;
      copies.forEach((journaled, index) => {
        const hash = asked[index]?.hash ?? '';
        const verdict = this.ledger.observe(hash, journaled, performance.now());
        confirmed += verdict.confirmed;
        missed += verdict.missed;
        missedSinceMs = Math.min(missedSinceMs, verdict.missedSinceMs ?? Infinity);
      });
      this.statistics.countDeduplicated(confirmed);
      if (missed > 0) {
        this.statistics.countShed(missed);
        this.log.error({ events: missed }, 'ingest.missed_by_lease_holder');
        this.tellLoss(missed, missedSinceMs);
      }
    }
    if (!this.isLeaseHolder) return;
    if (!wasHolder) this.log.info({ held: this.ledger.held }, 'ingest.lease_taken');
    this.requeueHeld();
  }

  /** Nobody journaled them, and heartbeats that were received after them have come through already. */
  private tellLoss(lostCount: number, fromMs: number): void {
    const [fromUs, toUs] = [this.clock.at(fromMs), this.clock.at()];
    if (fromUs === null || toUs === null) return;
    const loss = { kind: 'loss', fromUs, toUs, cause: 'lease_handover', lostCount } as const;
    const raw = Buffer.from(lossText(loss));
    this.enqueueSynthetic({ source: OWN_SOURCE, raw }, loss);
    this.arrived.resolve();
  }

  /** The copies held go first: they came before what waits in the queue. */
  private requeueHeld(): void {
    const held = this.ledger.takeHeld();
    if (held.length === 0) return;
    this.putAhead([
      ...held.map((copy) => ({ ...copy, dedupKey: null, isSynthetic: false, decoded: null })),
      ...this.ahead,
    ]);
    this.arrived.resolve();
  }

  private async releaseLease(): Promise<void> {
    if (!this.isLeaseHolder) return;
    try {
      await this.writer.lease(false);
    } catch {
      // It runs out by itself.
    }
  }
}

const hashOf = ({ source, raw }: RawEvent): string =>
  createHash('sha1').update(source).update('\0').update(raw).digest('base64');

const countEvents = (waiting: readonly Waiting[]): number =>
  waiting.reduce((events, { isSynthetic }) => events + (isSynthetic ? 0 : 1), 0);
