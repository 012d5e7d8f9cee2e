import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { JournalEntry } from '../journal/entry.js';
import { isMissingGroup, JournalGroup, type RedeliveredEntry } from '../journal/journal-group.js';
import { Balance } from '../observability/balance.js';
import { Log } from '../observability/log.js';
import { Metrics } from '../observability/metrics.js';
import { ReceptionClock } from '../observation/reception-clock.js';
import { backoffMs, pause } from '../runtime/backoff.js';
import { deferred } from '../runtime/deferred.js';
import { textOf } from '../runtime/error-text.js';
import { DatabaseGate } from '../storage/database-gate.js';
import { Alone, ALONE_FROM_DELIVERIES } from './alone.js';
import { Batch, type BatchLimits } from './batch.js';
import { Committer, PARALLEL_TRANSACTIONS } from './committer.js';
import { ConsumerStatistics } from './consumer-statistics.js';
import { DatabaseTroubles } from './database-troubles.js';
import { HeldEntries } from './held-entries.js';
import { type EntryHolder, JournalKeeper } from './journal-keeper.js';
import { Pausing } from './pausing.js';
import { ReadSize } from './read-size.js';
import type { Settled } from './work.js';

/** A commit holds no more; ... */
const BATCH_MAX_BYTES = 8 * 1024 * 1024;
/** ... and this instance no more in all, read and not acknowledged. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;
/** Connections that the consumer leaves to readers of the API. */
const RESERVED_CONNECTIONS = 2;
/** How long a shutdown waits for commits under way. */
const DRAIN_MS = 7_000;
/** Between two attempts to end a read that waits. */
const INTERRUPT_INTERVAL_MS = 20;

/**
 * Reads the journal, commits, acknowledges.
 *
 *   waiting ──database open──▶ running ◀──pause, resume──▶ paused
 *      └────────┬─────────────────┴──────────────────────────┘
 *          shutdown: reads no more, finishes what it holds (7 s) ──▶ stopped
 *
 * What it holds is bounded in batches and bytes; at the bound it reads no more, and the journal, not
 * this process, keeps the rest. An entry is acknowledged when each of its events is committed, in
 * {@link settle} and nowhere else; one that is not, for whatever reason, is delivered again.
 */
@Injectable()
export class HealthConsumer
  implements OnApplicationBootstrap, BeforeApplicationShutdown, EntryHolder
{
  private readonly stopping = new AbortController();
  private readonly givingUp = new AbortController();
  private readonly held = new HeldEntries();
  private readonly readSize = new ReadSize();
  private readonly inFlight = new Set<Promise<void>>();
  /** Entries that are to be worked on alone, in their order. */
  private suspects: JournalEntry[] = [];
  /** Dispatched and not settled. */
  private readonly unsettled = new Set<Batch>();
  private readonly balance: Balance;
  private open: Batch;
  private openTimer: NodeJS.Timeout | undefined;
  private hasRoom = deferred();
  private reading: Promise<void> = Promise.resolve();
  /** Null while no read is under way. */
  private readUnderWay: Promise<void> | null = null;
  private keeping: Promise<void> = Promise.resolve();
  private readProblem: string | null = null;
  private hasEndedEarly = false;
  private batchesAtMost: number;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly journal: JournalGroup,
    private readonly keeper: JournalKeeper,
    private readonly pausing: Pausing,
    private readonly gate: DatabaseGate,
    private readonly committer: Committer,
    private readonly alone: Alone,
    private readonly troubles: DatabaseTroubles,
    private readonly clock: ReceptionClock,
    private readonly statistics: ConsumerStatistics,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    this.open = this.newBatch();
    this.batchesAtMost = environment.HEALTH_CONSUMER_CONCURRENCY;
    this.balance = new Balance(
      'consumer',
      () => statistics.inFlight,
      () => [...this.unsettled].reduce((sum, { events }) => sum + events, this.open.events),
      metrics,
      log,
    );
    pausing.onPause(() => void this.whenParked());
  }

  /** Enabled and not stopped. */
  get isRunning(): boolean {
    return this.environment.HEALTH_CONSUMER_ENABLED && !this.stopping.signal.aborted;
  }

  /** Batches in flight at most. */
  get concurrency(): number {
    return this.batchesAtMost;
  }

  set concurrency(batches: number) {
    this.batchesAtMost = batches;
    this.hasRoom.resolve();
  }

  /** Why nothing is being stored, in one sentence; null while all is well. */
  get problem(): string | null {
    return this.gate.closedBecause ?? this.troubles.problem ?? this.readProblem;
  }

  /** False where the loop ended although nobody stopped it: only a restart helps. */
  get isAlive(): boolean {
    return !this.hasEndedEarly;
  }

  onApplicationBootstrap(): void {
    if (!this.environment.HEALTH_CONSUMER_ENABLED) return;
    this.reading = this.guard(this.readLoop());
    this.keeping = this.guard(this.keeper.run(this, this.stopping.signal));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.hasRoom.resolve();
    const timer = setTimeout(() => {
      this.committer.abandon();
      this.alone.abandon();
      this.givingUp.abort();
    }, DRAIN_MS);
    await this.reading;
    this.dispatch();
    while (this.inFlight.size > 0) await Promise.all(this.inFlight);
    clearTimeout(timer);
    await this.keeping;
    await this.leave();
    this.log.info({ left_pending: this.held.ids().length }, 'consumer.drained');
  }

  checkAccounts(): void {
    this.balance.check();
  }

  heldIds(): string[] {
    return this.held.ids();
  }

  isHolding(id: string): boolean {
    return this.held.has(id);
  }

  mayTake(): boolean {
    return !this.pausing.isPaused && this.suspects.length === 0 && this.hasRoomForMore();
  }

  /** Resolves when, after a pause, no entry is being read or taken over any more. */
  async whenParked(): Promise<void> {
    while (this.pausing.isPaused && this.readUnderWay !== null) {
      await this.journal.interruptRead().catch(() => undefined); // it ends by itself within a second
      await Promise.race([this.readUnderWay, pause(INTERRUPT_INTERVAL_MS)]);
    }
    await this.keeper.whenQuiet();
  }

  private async guard(loop: Promise<void>): Promise<void> {
    try {
      await loop;
    } catch (error) {
      this.hasEndedEarly = true;
      this.log.fatal({ error }, 'consumer.loop_ended');
    }
  }

  private async readLoop(): Promise<void> {
    await Promise.race([this.gate.whenOpen(), aborted(this.stopping.signal)]);
    await Promise.race([this.pausing.whenKnown(), aborted(this.stopping.signal)]);
    let attempt = 0;
    let isGroupSure = false;
    while (!this.stopping.signal.aborted) {
      if (this.pausing.isPaused) {
        await Promise.race([this.pausing.whenResumed(), aborted(this.stopping.signal)]);
        continue;
      }
      if (this.suspects.length > 0) {
        await this.settleSuspects();
        continue;
      }
      if (!this.hasRoomForMore()) {
        await this.hasRoom.promise;
        this.hasRoom = deferred();
        continue;
      }
      try {
        if (!isGroupSure) await this.ensureGroup();
        isGroupSure = true;
        if (!this.mayTake()) continue;
        this.readUnderWay = this.read();
        await this.readUnderWay;
        attempt = 0;
        this.reportRead(null);
      } catch (error) {
        if (isMissingGroup(error)) {
          isGroupSure = false;
          this.log.error({ error }, 'consumer.group_missing');
        }
        this.reportRead(error);
        await pause(backoffMs(attempt), this.stopping.signal);
        attempt += 1;
      } finally {
        this.readUnderWay = null;
      }
    }
  }

  private async ensureGroup(): Promise<void> {
    const made = await this.journal.ensure();
    this.keeper.noteMade(made, this.clock.at() ?? Date.now() * 1_000);
  }

  private async read(): Promise<void> {
    const { HEALTH_BATCH_MAX_EVENTS: events } = this.environment;
    this.take(await this.journal.read(this.readSize.count(events, BATCH_MAX_BYTES / 2)));
  }

  /** One batch is made ready while others are committed; what is not read, others can. */
  private hasRoomForMore(): boolean {
    const { DATABASE_POOL_SIZE: pool } = this.environment;
    const lanes = Math.min(
      this.batchesAtMost,
      pool - RESERVED_CONNECTIONS,
      PARALLEL_TRANSACTIONS + 1,
    );
    return this.inFlight.size < Math.max(1, lanes) && this.held.bytes < MAX_HELD_BYTES;
  }

  takeOver(entries: readonly RedeliveredEntry[]): void {
    const isSuspect = (entry: RedeliveredEntry): boolean =>
      entry.deliveries >= ALONE_FROM_DELIVERIES;
    for (const entry of entries.filter(isSuspect)) {
      if (this.held.has(entry.id)) continue;
      this.held.add(entry.id, entry.bytes);
      this.suspects.push(entry);
    }
    this.take(entries.filter((entry) => !isSuspect(entry)));
  }

  /** One after the other, with nothing else in flight: whatever happens, it is their doing. */
  private async settleSuspects(): Promise<void> {
    this.dispatch();
    while (this.inFlight.size > 0) await Promise.all(this.inFlight);
    for (const entry of this.suspects) {
      if (this.stopping.signal.aborted) return;
      const settled = await this.alone.settle(entry, this.limits);
      if (settled === null) return;
      this.statistics.countRead(settled.stored + settled.duplicate + settled.deadLetters.length);
      this.countSettled(settled);
      await this.acknowledge([entry.id]);
    }
    this.suspects = [];
  }

  /** Adds entries to the open batch, which goes when it is full or has waited long enough. */
  private take(entries: readonly JournalEntry[]): void {
    const nowUs = Date.now() * 1_000;
    let events = 0;
    let bytes = 0;
    let entriesWithEvents = 0;
    for (const entry of entries) {
      if (this.held.has(entry.id)) continue;
      this.held.add(entry.id, entry.bytes);
      const added = this.open.add(entry, nowUs);
      events += added;
      if (added > 0) {
        bytes += entry.bytes;
        entriesWithEvents += 1;
      }
      if (
        this.open.events >= this.environment.HEALTH_BATCH_MAX_EVENTS ||
        this.open.bytes >= BATCH_MAX_BYTES
      ) {
        this.dispatch();
      }
    }
    this.statistics.countRead(events);
    this.readSize.observe(entriesWithEvents, events, bytes);
    if (this.open.entries.length > 0) {
      this.openTimer ??= setTimeout(() => {
        this.dispatch();
      }, this.environment.HEALTH_BATCH_MAX_WAIT_MS);
    }
  }

  private dispatch(): void {
    clearTimeout(this.openTimer);
    this.openTimer = undefined;
    if (this.open.entries.length === 0) return;
    const batch = this.open;
    this.open = this.newBatch();
    this.unsettled.add(batch);
    const settling = this.settle(batch).finally(() => {
      this.inFlight.delete(settling);
      this.hasRoom.resolve();
    });
    this.inFlight.add(settling);
  }

  /** Commits, then acknowledges: the one place where entries are. */
  private async settle(batch: Batch): Promise<void> {
    const ids = batch.entries.map(({ id }) => id);
    try {
      const settled = await this.committer.commit(batch);
      this.unsettled.delete(batch);
      if (batch.events > 0) {
        this.countSettled(settled);
        this.metrics.batchEvents.observe(batch.events);
      }
      this.metrics.unlistedStatus.inc(batch.unlistedStatuses);
      if (batch.oldestAtUs !== null) {
        const delaySeconds = (Date.now() - batch.oldestAtUs / 1_000) / 1_000;
        this.metrics.eventDelay.observe(Math.max(0, delaySeconds));
      }
    } catch (error) {
      // Not committed, hence not acknowledged: another instance takes the entries over.
      this.log.warn({ entries: ids.length, error }, 'consumer.batch_left');
      return;
    }
    await this.acknowledge(ids);
  }

  private countSettled(settled: Settled): void {
    this.statistics.countSettled(settled, Date.now());
  }

  /** Without the acknowledgement the entries come again and turn out to be duplicates. */
  private async acknowledge(ids: readonly string[]): Promise<void> {
    for (let attempt = 0; !this.givingUp.signal.aborted; attempt += 1) {
      try {
        await this.journal.acknowledge(ids);
        this.held.remove(ids);
        return;
      } catch {
        await pause(backoffMs(attempt), this.givingUp.signal);
      }
    }
  }

  private async leave(): Promise<void> {
    try {
      await this.journal.leave();
    } catch {
      // The name goes when it has been idle for an hour.
    }
  }

  private reportRead(error: unknown): void {
    if (error === null) {
      this.readProblem = null;
      return;
    }
    const text = textOf(error);
    if (this.readProblem === null) this.log.warn({ error }, 'consumer.read_failed');
    this.readProblem = `the journal cannot be read: ${text}`;
  }

  private get limits(): BatchLimits {
    return {
      eventMaxBytes: this.environment.HEALTH_EVENT_MAX_BYTES,
      windowDays: this.environment.HEALTH_EVENT_WINDOW_DAYS,
    };
  }

  private newBatch(): Batch {
    return new Batch(this.limits);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
  });
}
