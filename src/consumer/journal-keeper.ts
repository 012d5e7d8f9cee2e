import { Injectable } from '@nestjs/common';
import { type JournalEntry, timeOfId } from '../journal/entry.js';
import { JournalGroup, type JournalLag } from '../journal/journal-group.js';
import { Log } from '../observability/log.js';
import { Metrics } from '../observability/metrics.js';
import { pause } from '../runtime/backoff.js';
import type { Gap } from '../status/coverage.js';
import { DatabaseGate } from '../storage/database-gate.js';
import { ObservationKeeper } from './observation-keeper.js';

const KEEP_INTERVAL_MS = 1_000;
/** Entries that nobody has touched for this long belong to a dead instance. */
const RECLAIM_IDLE_MS = 12_000;
const RECLAIM_INTERVAL_MS = 2_000;
/** Entries per command; each may be a megabyte. */
const RECLAIM_COUNT = 50;
const CLEAN_INTERVAL_MS = 600_000;

/** Who works on the entries. */
export interface EntryHolder {
  /** Entries read and not acknowledged. */
  heldIds(): string[];
  isHolding(id: string): boolean;
  /** False at its bounds, and while it is paused. */
  mayTake(): boolean;
  take(entries: readonly JournalEntry[]): void;
}

/**
 * Keeps the journal while a consumer reads it: says that what is held is being worked on, takes over
 * from the dead, trims, removes the names of the dead, measures.
 */
@Injectable()
export class JournalKeeper {
  private newestLag: JournalLag = { lag: null, pending: 0 };
  private reclaiming: Promise<void> = Promise.resolve();

  constructor(
    private readonly journal: JournalGroup,
    private readonly gate: DatabaseGate,
    private readonly observation: ObservationKeeper,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /** As last seen; refreshed every second. */
  get lag(): JournalLag {
    return this.newestLag;
  }

  /** Resolves when nothing is being taken over. */
  async whenQuiet(): Promise<void> {
    await this.reclaiming;
  }

  /** Runs until the signal aborts. */
  async run(holder: EntryHolder, signal: AbortSignal): Promise<void> {
    let reclaimedMs = 0;
    let cleanedMs = performance.now();
    while (await pause(KEEP_INTERVAL_MS, signal)) {
      if (this.gate.closedBecause !== null) continue;
      try {
        const nowMs = performance.now();
        if (nowMs - reclaimedMs > RECLAIM_INTERVAL_MS) {
          await this.journal.refresh(holder.heldIds());
          if (holder.mayTake()) {
            const reclaiming = this.reclaim(holder);
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
        await this.observation.recordUnrecorded();
        await this.journal.trim();
        this.newestLag = await this.journal.lag();
      } catch {
        // Redis is away, or the group is gone: who reads reports and mends both.
      }
    }
  }

  /** Takes over as much as there is room for; the rest is for the next round, or another instance. */
  private async reclaim(holder: EntryHolder): Promise<void> {
    let cursor = '0-0';
    let taken = 0;
    do {
      const reclaimed = await this.journal.reclaim(RECLAIM_IDLE_MS, RECLAIM_COUNT, cursor);
      const { entries, lostIds } = reclaimed;
      cursor = reclaimed.cursor;
      const fresh = entries.filter(({ id }) => !holder.isHolding(id));
      taken += fresh.length;
      holder.take(fresh);
      if (lostIds.length > 0) {
        this.metrics.journalLost.inc(lostIds.length);
        this.observation.lose(journalLoss(lostIds));
        this.log.error({ entries: lostIds.length, first: lostIds[0] }, 'consumer.entries_lost');
      }
    } while (cursor !== '0-0' && holder.mayTake());
    if (taken > 0) this.log.warn({ entries: taken }, 'consumer.reclaimed');
  }
}

/** Their ids tell when they were received, to the millisecond; how many events they held, nobody knows. */
function journalLoss(ids: readonly string[]): Gap {
  const receivedUs = ids.map(timeOfId);
  const [fromUs, lastUs] = [Math.min(...receivedUs), Math.max(...receivedUs)];
  return { fromUs, toUs: lastUs + 1_000, cause: 'journal_loss', lostCount: ids.length };
}
