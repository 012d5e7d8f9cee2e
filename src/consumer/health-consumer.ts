import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { JournalEntry } from '../journal/entry.js';
import { isMissingGroup, JournalGroup, type JournalLag } from '../journal/journal-group.js';
import { Log } from '../observability/log.js';
import { Metrics } from '../observability/metrics.js';
import { backoffMs, pause } from '../runtime/backoff.js';
import { deferred } from '../runtime/deferred.js';
import { textOf } from '../runtime/error-text.js';
import { DatabaseGate } from '../storage/database-gate.js';
import { Batch } from './batch.js';
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
/** How long a shutdown waits for commits under way. */
const DRAIN_MS = 7_000;
const KEEP_INTERVAL_MS = 1_000;
/** Entries that nobody has touched for this long belong to a dead instance. */
const RECLAIM_IDLE_MS = 12_000;
const RECLAIM_INTERVAL_MS = 2_000;
/** Entries per command; each may be a megabyte. */
const RECLAIM_COUNT = 50;
const CLEAN_INTERVAL_MS = 600_000;

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
export class HealthConsumer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly givingUp = new AbortController();
  private readonly held = new HeldEntries();
  private readonly readSize = new ReadSize();
  private readonly inFlight = new Set<Promise<void>>();
  private open: Batch;
  private openTimer: NodeJS.Timeout | undefined;
  private hasRoom = deferred();
  private reading: Promise<void> = Promise.resolve();
  private keeping: Promise<void> = Promise.resolve();
  private readProblem: string | null = null;
  private hasEndedEarly = false;
  private newestLag: JournalLag = { lag: null, pending: 0 };
  private paused = false;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly journal: JournalGroup,
    private readonly gate: DatabaseGate,
    private readonly committer: Committer,
    private readonly statistics: ConsumerStatistics,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    this.open = this.newBatch();
  }

  /** Enabled and not stopped. */
  get isRunning(): boolean {
    return this.environment.HEALTH_CONSUMER_ENABLED && !this.stopping.signal.aborted;
  }

  get isPaused(): boolean {
    return this.paused;
  }

  /** Why nothing is being stored, in one sentence; null while all is well. */
  get problem(): string | null {
    return this.gate.closedBecause ?? this.committer.problem ?? this.readProblem;
  }

  /** As last seen; refreshed every second. */
  get lag(): JournalLag {
    return this.newestLag;
  }

  /** False where the loop ended although nobody stopped it: only a restart helps. */
  get isAlive(): boolean {
    return !this.hasEndedEarly;
  }

  onApplicationBootstrap(): void {
    if (!this.environment.HEALTH_CONSUMER_ENABLED) return;
    this.reading = this.guard(this.readLoop());
    this.keeping = this.guard(this.keepLoop());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.hasRoom.resolve();
    await this.reading;
    this.dispatch();
    const timer = setTimeout(() => {
      this.committer.abandon();
      this.givingUp.abort();
    }, DRAIN_MS);
    while (this.inFlight.size > 0) await Promise.all(this.inFlight);
    clearTimeout(timer);
    await this.keeping;
    await this.leave();
    this.log.info({ left_pending: this.held.ids().length }, 'consumer.drained');
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
    let attempt = 0;
    let isGroupSure = false;
    while (!this.stopping.signal.aborted) {
      if (!this.canRead()) {
        await this.hasRoom.promise;
        this.hasRoom = deferred();
        continue;
      }
      try {
        if (!isGroupSure) await this.journal.ensure();
        isGroupSure = true;
        const count = this.readSize.count(
          this.environment.HEALTH_BATCH_MAX_EVENTS,
          BATCH_MAX_BYTES / 2,
        );
        this.take(await this.journal.read(count));
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
      }
    }
  }

  /** One batch is made ready while others are committed; what is not read, others can. */
  private canRead(): boolean {
    const { HEALTH_CONSUMER_CONCURRENCY: concurrency, DATABASE_POOL_SIZE: pool } = this.environment;
    const lanes = Math.min(concurrency, pool - RESERVED_CONNECTIONS, PARALLEL_TRANSACTIONS + 1);
    return this.inFlight.size < Math.max(1, lanes) && this.held.bytes < MAX_HELD_BYTES;
  }

  /** Adds entries to the open batch, which goes when it is full or has waited long enough. */
  private take(entries: readonly JournalEntry[]): void {
    const nowUs = Date.now() * 1_000;
    let events = 0;
    let bytes = 0;
    for (const entry of entries) {
      if (this.held.has(entry.id)) continue;
      this.held.add(entry.id, entry.bytes);
      this.open.add(entry, nowUs);
      events += entry.events.length;
      bytes += entry.bytes;
      if (
        this.open.events >= this.environment.HEALTH_BATCH_MAX_EVENTS ||
        this.open.bytes >= BATCH_MAX_BYTES
      ) {
        this.dispatch();
      }
    }
    this.statistics.countRead(events);
    this.readSize.observe(entries.length, events, bytes);
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
      const nowMs = Date.now();
      this.statistics.countSettled(settled, nowMs);
      this.metrics.batchEvents.observe(batch.events);
      this.metrics.unlistedStatus.inc(batch.unlistedStatuses);
      if (batch.oldestAtUs !== null) {
        this.metrics.eventDelay.observe(Math.max(0, nowMs / 1_000 - batch.oldestAtUs / 1_000_000));
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

  /** Says that what is held is being worked on, takes over from the dead, trims, measures. */
  private async keepLoop(): Promise<void> {
    let reclaimedMs = 0;
    let cleanedMs = performance.now();
    while (await pause(KEEP_INTERVAL_MS, this.stopping.signal)) {
      if (this.gate.closedBecause !== null) continue;
      try {
        const nowMs = performance.now();
        if (nowMs - reclaimedMs > RECLAIM_INTERVAL_MS) {
          await this.journal.refresh(this.held.ids());
          if (this.canRead()) await this.reclaim();
          reclaimedMs = nowMs;
        }
        if (nowMs - cleanedMs > CLEAN_INTERVAL_MS) {
          const names = await this.journal.removeIdleConsumers();
          if (names.length > 0) this.log.info({ names }, 'consumer.names_removed');
          cleanedMs = nowMs;
        }
        await this.journal.trim();
        this.newestLag = await this.journal.lag();
      } catch {
        // Redis is away, or the group is gone: the read loop reports and mends both.
      }
    }
  }

  /** Takes over as much as there is room for; the rest is for the next round, or another instance. */
  private async reclaim(): Promise<void> {
    let cursor = '0-0';
    let taken = 0;
    do {
      const reclaimed = await this.journal.reclaim(RECLAIM_IDLE_MS, RECLAIM_COUNT, cursor);
      const { entries, lostIds } = reclaimed;
      cursor = reclaimed.cursor;
      const fresh = entries.filter(({ id }) => !this.held.has(id));
      taken += fresh.length;
      this.take(fresh);
      if (lostIds.length > 0) {
        this.metrics.journalLost.inc(lostIds.length);
        this.log.error({ entries: lostIds.length, first: lostIds[0] }, 'consumer.entries_lost');
      }
    } while (cursor !== '0-0' && this.canRead());
    if (taken > 0) this.log.warn({ entries: taken }, 'consumer.reclaimed');
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

  private newBatch(): Batch {
    return new Batch({
      eventMaxBytes: this.environment.HEALTH_EVENT_MAX_BYTES,
      windowDays: this.environment.HEALTH_EVENT_WINDOW_DAYS,
    });
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
  });
}
