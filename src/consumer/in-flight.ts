import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { JournalEntry } from '../journal/entry.js';
import { JournalGroup, type RedeliveredEntry } from '../journal/journal-group.js';
import { Balance } from '../observability/balance.js';
import { Log } from '../observability/log.js';
import { Metrics } from '../observability/metrics.js';
import { backoffMs, pause } from '../runtime/backoff.js';
import { deferred } from '../runtime/deferred.js';
import { Alone, ALONE_FROM_DELIVERIES } from './alone.js';
import { Batch, type BatchLimits } from './batch.js';
import { Committer, PARALLEL_TRANSACTIONS } from './committer.js';
import { ConsumerStatistics } from './consumer-statistics.js';
import { HeldEntries } from './held-entries.js';
import { ReadSize } from './read-size.js';

/** A commit holds no more; ... */
const BATCH_MAX_BYTES = 8 * 1024 * 1024;
/** ... and this instance no more in all, read and not acknowledged. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;
/** Connections that the consumer leaves to readers of the API. */
const RESERVED_CONNECTIONS = 2;

/**
 * What this instance has read and not acknowledged.
 *
 *   take ──▶ open batch ──full, or waited long enough──▶ ready ──room──▶ commit ──▶ acknowledge
 *   takeOver, delivered often ──▶ suspects ──alone, event by event──▶ acknowledge
 *
 * It is bounded in batches and bytes. An entry is acknowledged when each of its events is committed;
 * one that is not, for whatever reason, is delivered again.
 */
@Injectable()
export class InFlight {
  private readonly givingUp = new AbortController();
  private readonly held = new HeldEntries();
  private readonly readSize = new ReadSize();
  private readonly limits: BatchLimits;
  private readonly balance: Balance;
  private open: Batch;
  private openTimer: NodeJS.Timeout | undefined;
  /** In the order of the journal; what one read brought beyond the batches that may be in flight. */
  private readonly ready: Batch[] = [];
  private readonly settling = new Set<Promise<void>>();
  /** Ready or in flight, and not yet counted as settled. */
  private readonly unsettled = new Set<Batch>();
  /** Entries that are to be worked on alone, in their order. */
  private suspects: JournalEntry[] = [];
  private room = deferred();
  private batchesAtMost: number;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly journal: JournalGroup,
    private readonly committer: Committer,
    private readonly alone: Alone,
    private readonly statistics: ConsumerStatistics,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    this.limits = {
      eventMaxBytes: environment.HEALTH_EVENT_MAX_BYTES,
      windowDays: environment.HEALTH_EVENT_WINDOW_DAYS,
    };
    this.open = new Batch(this.limits);
    this.batchesAtMost = environment.HEALTH_CONSUMER_CONCURRENCY;
    this.balance = new Balance(
      'consumer',
      () => statistics.inFlight,
      () => [...this.unsettled].reduce((sum, { events }) => sum + events, this.open.events),
      metrics,
      log,
    );
  }

  /** Batches at most. */
  get concurrency(): number {
    return this.batchesAtMost;
  }

  set concurrency(batches: number) {
    this.batchesAtMost = batches;
    this.commitReady();
    this.wake();
  }

  /** What is not read, others can. */
  get hasRoom(): boolean {
    return (
      this.suspects.length === 0 &&
      this.ready.length === 0 &&
      this.settling.size < this.lanes &&
      this.held.bytes < MAX_HELD_BYTES
    );
  }

  /** Batches that may be in flight: one waits for its transaction while others are committed. */
  private get lanes(): number {
    const connections = this.environment.DATABASE_POOL_SIZE - RESERVED_CONNECTIONS;
    return Math.max(1, Math.min(this.batchesAtMost, connections, PARALLEL_TRANSACTIONS + 1));
  }

  /** Resolves when it may have. */
  async whenRoom(): Promise<void> {
    await this.room.promise;
    this.room = deferred();
  }

  /** Whoever waits for room looks again. */
  wake(): void {
    this.room.resolve();
  }

  /** How many entries make about a batch. */
  get entriesWanted(): number {
    return this.readSize.count(this.environment.HEALTH_BATCH_MAX_EVENTS, BATCH_MAX_BYTES / 2);
  }

  heldIds(): string[] {
    return this.held.ids();
  }

  isHolding(id: string): boolean {
    return this.held.has(id);
  }

  checkAccounts(): void {
    this.balance.check();
  }

  /** Adds entries to the open batch. */
  take(entries: readonly JournalEntry[]): void {
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

  /** Takes what was delivered before, as a rule to a consumer that has died of it or of something else. */
  takeOver(entries: readonly RedeliveredEntry[]): void {
    const ordinary: JournalEntry[] = [];
    for (const entry of entries) {
      if (entry.deliveries < ALONE_FROM_DELIVERIES) ordinary.push(entry);
      else if (!this.held.has(entry.id)) {
        this.held.add(entry.id, entry.bytes);
        this.suspects.push(entry);
      }
    }
    this.take(ordinary);
  }

  get hasSuspects(): boolean {
    return this.suspects.length > 0;
  }

  /** One after the other, with nothing else in flight: whatever happens, it is their doing. */
  async settleSuspects(signal: AbortSignal): Promise<void> {
    await this.drain();
    for (const entry of this.suspects) {
      if (signal.aborted) return;
      const settled = await this.alone.settle(entry, this.limits);
      if (settled === null) return;
      this.statistics.countRead(settled.stored + settled.duplicate + settled.deadLetters.length);
      this.statistics.countSettled(settled, Date.now());
      await this.acknowledge([entry.id]);
    }
    this.suspects = [];
  }

  /** Resolves when all that was taken is settled, or given up; suspects stay. */
  async drain(): Promise<void> {
    this.dispatch();
    while (this.settling.size > 0) await Promise.all(this.settling); // one that ends begins the next
  }

  /** Ends all repetition: what the database or Redis has not taken by now stays pending. */
  abandon(): void {
    this.committer.abandon();
    this.alone.abandon();
    this.givingUp.abort();
  }

  private dispatch(): void {
    clearTimeout(this.openTimer);
    this.openTimer = undefined;
    if (this.open.entries.length === 0) return;
    this.unsettled.add(this.open);
    this.ready.push(this.open);
    this.open = new Batch(this.limits);
    this.commitReady();
  }

  private commitReady(): void {
    while (this.settling.size < this.lanes) {
      const batch = this.ready.shift();
      if (batch === undefined) return;
      const settling = this.settle(batch).finally(() => {
        this.settling.delete(settling);
        this.commitReady();
        this.wake();
      });
      this.settling.add(settling);
    }
  }

  /** Commits, then acknowledges. */
  private async settle(batch: Batch): Promise<void> {
    const ids = batch.entries.map(({ id }) => id);
    try {
      const settled = await this.committer.commit(batch);
      this.unsettled.delete(batch);
      if (batch.events > 0) {
        this.statistics.countSettled(settled, Date.now());
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
}
