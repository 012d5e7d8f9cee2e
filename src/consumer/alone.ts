import { Injectable } from '@nestjs/common';
import type { Rejection } from '../events/health-event.js';
import { Attempts, type EventPlace } from '../journal/attempts.js';
import type { JournalEntry } from '../journal/entry.js';
import { Log } from '../observability/log.js';
import { backoffMs, pause } from '../runtime/backoff.js';
import { Database } from '../storage/database.js';
import { Batch, type BatchLimits, letterOf } from './batch.js';
import { Committer } from './committer.js';
import { DatabaseTroubles } from './database-troubles.js';
import { ATTEMPTS_AT_MOST, DEADLY, despair, storageRejection } from './refusals.js';
import { type Settled, together } from './work.js';

/** An entry delivered so often is worked on alone, for it may be what ended its consumers. */
export const ALONE_FROM_DELIVERIES = 3;

const NOTHING: Settled = { stored: 0, duplicate: 0, deadLetters: [] };

/**
 * Works on entries that were delivered several times, event by event, while nothing else is in
 * flight. An attempt is counted in Redis before it begins, decoding included, and taken back where the
 * database was to blame: so neither outages nor restarts turn a healthy event into a dead letter, and
 * an event that ends the process is known for it at its sixth attempt.
 */
@Injectable()
export class Alone {
  private readonly stopping = new AbortController();

  constructor(
    private readonly attempts: Attempts,
    private readonly database: Database,
    private readonly committer: Committer,
    private readonly troubles: DatabaseTroubles,
    private readonly log: Log,
  ) {}

  /** Ends all waiting: what is not settled by then stays pending. */
  abandon(): void {
    this.stopping.abort();
  }

  /**
   * Resolves when every event of the entry is in the database, as a row or as a dead letter; null
   * where it was abandoned before.
   */
  async settle(entry: JournalEntry, limits: BatchLimits): Promise<Settled | null> {
    this.log.warn({ journal_id: entry.id, events: entry.events.length }, 'consumer.alone');
    let settled = NOTHING;
    for (const index of entry.events.keys()) {
      const one = await this.settleOne(entry, { journalId: entry.id, index }, limits);
      if (one === null) return null;
      settled = together(settled, one);
    }
    return settled;
  }

  private async settleOne(
    entry: JournalEntry,
    place: EventPlace,
    limits: BatchLimits,
  ): Promise<Settled | null> {
    for (let attempt = 0; !this.stopping.signal.aborted; attempt += 1) {
      const settled = await this.tryOnce(entry, place, limits).catch(() => null); // Redis is away
      if (settled !== null) return settled;
      await pause(backoffMs(attempt), this.stopping.signal);
    }
    return null;
  }

  /** Null where it is to be tried again. */
  private async tryOnce(
    entry: JournalEntry,
    place: EventPlace,
    limits: BatchLimits,
  ): Promise<Settled | null> {
    try {
      await this.database.read('SELECT', []);
    } catch (error) {
      this.troubles.report(error, 'wait');
      return null;
    }
    const count = await this.attempts.begin(place);
    const settled =
      count > ATTEMPTS_AT_MOST
        ? await this.bury(entry, place, DEADLY)
        : await this.attempt(entry, place, limits, count);
    if (settled !== null) await this.attempts.end(place);
    return settled;
  }

  private async attempt(
    entry: JournalEntry,
    place: EventPlace,
    limits: BatchLimits,
    count: number,
  ): Promise<Settled | null> {
    try {
      const batch = new Batch(limits);
      batch.addEvent(entry, place.index, Date.now() * 1_000);
      return await this.committer.attemptAlone(batch);
    } catch (error) {
      const remedy = await this.troubles.remedyFor(error);
      if (remedy === 'isolate') return await this.bury(entry, place, storageRejection(error));
      if (remedy === 'doubt' && count >= ATTEMPTS_AT_MOST) {
        return await this.bury(entry, place, despair(error));
      }
      if (remedy !== 'doubt') await this.attempts.takeBack(place);
      this.troubles.report(error, remedy);
      return null;
    }
  }

  /** Null where the database takes nothing at the moment. */
  private async bury(
    entry: JournalEntry,
    { index }: EventPlace,
    rejection: Rejection,
  ): Promise<Settled | null> {
    const letters = [letterOf(entry, index, rejection)];
    const work = { candidates: [], letters, duplicates: 0, heartbeats: [], losses: [] };
    try {
      return await this.committer.attemptAlone(work);
    } catch (error) {
      this.troubles.report(error, await this.troubles.remedyFor(error));
      return null;
    }
  }
}
