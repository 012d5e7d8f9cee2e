import { Injectable } from '@nestjs/common';
import { timeOfId } from '../journal/entry.js';
import {
  type Balance,
  JournalGroup,
  type JournalLag,
  type Made,
} from '../journal/journal-group.js';
import { Log } from '../observability/log.js';
import { Metrics } from '../observability/metrics.js';
import { pause } from '../runtime/backoff.js';
import type { Micros } from '../events/health-event.js';
import { DatabaseGate } from '../storage/database-gate.js';
import { InFlight } from './in-flight.js';
import { ObservationKeeper } from './observation-keeper.js';
import { Pausing } from './pausing.js';

const KEEP_INTERVAL_MS = 1_000;
/** Entries that nobody has touched for this long belong to a dead instance. */
const RECLAIM_IDLE_MS = 12_000;
const RECLAIM_INTERVAL_MS = 2_000;
/** Entries per command; each may be a megabyte. */
const RECLAIM_COUNT = 50;
const CLEAN_INTERVAL_MS = 600_000;

/**
 * Keeps the journal while a consumer reads it: says that what is held is being worked on, takes over
 * from the dead, trims, removes the names of the dead, measures.
 */
@Injectable()
export class JournalKeeper {
  private newestBalance: Balance | null = null;
  /** When this instance made sure of the group for the first time. */
  private joinedUs: Micros | null = null;
  private reclaiming: Promise<void> = Promise.resolve();

  constructor(
    private readonly journal: JournalGroup,
    private readonly gate: DatabaseGate,
    private readonly pausing: Pausing,
    private readonly inFlight: InFlight,
    private readonly observation: ObservationKeeper,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /** As last seen; refreshed every second. */
  get lag(): JournalLag {
    return this.newestBalance ?? { lag: null, pending: 0 };
  }

  /** Resolves when nothing is being taken over. */
  async whenQuiet(): Promise<void> {
    await this.reclaiming;
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    let reclaimedMs = 0;
    let cleanedMs = performance.now();
    while (await pause(KEEP_INTERVAL_MS, signal)) {
      this.inFlight.checkAccounts();
      if (this.gate.closedBecause !== null) continue;
      try {
        const nowMs = performance.now();
        if (nowMs - reclaimedMs > RECLAIM_INTERVAL_MS) {
          await this.journal.refresh(this.inFlight.heldIds());
          if (this.mayTake()) {
            const reclaiming = this.reclaim();
            this.reclaiming = reclaiming.catch(() => undefined);
            await reclaiming;
          }
          reclaimedMs = nowMs;
        }
        if (nowMs - cleanedMs > CLEAN_INTERVAL_MS) {
          const names = await this.journal.removeIdleConsumers();
          if (names.length > 0) this.log.info({ names }, 'consumer.names_removed');
          cleanedMs = nowMs;
        }
        await this.balance();
        await this.observation.recordUnrecorded();
        await this.journal.trim();
      } catch {
        // Redis is away, or the group is gone: who reads reports and mends both.
      }
    }
  }

  private mayTake(): boolean {
    return !this.pausing.isPaused && this.inFlight.hasRoom;
  }

  /** Takes over as much as there is room for; the rest is for the next round, or another instance. */
  private async reclaim(): Promise<void> {
    let cursor = '0-0';
    let taken = 0;
    do {
      const reclaimed = await this.journal.reclaim(RECLAIM_IDLE_MS, RECLAIM_COUNT, cursor);
      const { entries, lostIds } = reclaimed;
      cursor = reclaimed.cursor;
      const fresh = entries.filter(({ id }) => !this.inFlight.isHolding(id));
      taken += fresh.length;
      this.inFlight.takeOver(fresh);
      const receivedUs = lostIds.map(timeOfId);
      if (lostIds.length > 0) {
        this.lose(Math.min(...receivedUs), Math.max(...receivedUs), lostIds.length);
      }
    } while (cursor !== '0-0' && this.mayTake());
    if (taken > 0) this.log.warn({ entries: taken }, 'consumer.reclaimed');
  }

  /** Learns how far the group is behind, and of entries that others deleted before they were read. */
  private async balance(): Promise<void> {
    const balance = await this.journal.balance();
    if (balance === null) return;
    this.newestBalance = balance;
    const { lost, fromId, toId } = balance;
    if (lost > 0) this.lose(timeOfId(fromId), timeOfId(toId), lost);
  }

  /**
   * Records what became of the group that this instance had to make anew. A group alone loses
   * nothing: what was not acknowledged is delivered again. With the stream all is gone that nobody
   * had read since the newest entry that was known to be delivered; before the first balance, since
   * this instance found the group or made it for the first time, which is nobody's loss.
   */
  noteMade(made: Made, nowUs: Micros): void {
    const joinedUs = this.joinedUs;
    this.joinedUs ??= nowUs;
    if (made === 'nothing' || joinedUs === null) return;
    const { toId = null, lag = null } = this.newestBalance ?? {};
    this.log.error({ made, newest_delivered: toId, lag }, 'consumer.group_recreated');
    const sinceUs = toId === null ? joinedUs : timeOfId(toId);
    if (made === 'stream') this.lose(Math.min(sinceUs, nowUs), nowUs, null);
  }

  /** Ids tell when entries were received, to the millisecond; how many events they held, nobody knows. */
  private lose(fromUs: Micros, lastUs: Micros, entries: number | null): void {
    this.metrics.journalLost.inc(entries ?? 0);
    this.observation.lose({
      fromUs,
      toUs: lastUs + 1_000,
      cause: 'journal_loss',
      lostCount: entries,
    });
    this.log.error({ entries }, 'consumer.entries_lost');
  }
}
