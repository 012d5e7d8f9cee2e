import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { Log } from '../observability/log.js';
import { Metrics } from '../observability/metrics.js';
import { Database, type Session } from '../storage/database.js';
import {
  MEASURE,
  READ_DISK_BYTES,
  REMOVE_EXPIRED,
  REMOVE_OLDEST,
  TRY_LOCK,
} from '../storage/dead-letter-removal.sql.js';
import type { Millis } from '../storage/page.js';

/** Letters per statement: at their largest still deleted within its time limit. */
const LETTERS_AT_ONCE = 1_000;
/** Statements per transaction that frees space. */
const STATEMENTS_AT_ONCE = 50;
/** Of a statement: one that measures reads every letter. */
const TIMEOUT_MS = 300_000;
/** How far below the bound it removes, so that it does not measure at every look. */
const LOW_WATER = 0.9;

type Reason = 'retention' | 'bound';

interface Removed {
  readonly letters: number;
  readonly bytes: number;
  readonly not_replayed: number;
  /** Receptions of the first and the last; null where none was removed. */
  readonly from_ms: Millis | null;
  readonly to_ms: Millis | null;
}

/** What letters up to a number take, or took. */
interface Known {
  readonly bytes: number;
  readonly newestId: string;
}

/**
 * Keeps dead letters within their time and their bytes; the oldest go first. Any instance does it, one
 * at a time.
 *
 * The size on the disk is looked at first, which costs nothing. Only beyond the bound, where it may be
 * free space, letters are measured: all of them once, then what is new since, by which an instance
 * knows at least how much there is.
 */
@Injectable()
export class LetterRemoval {
  /** As far as this instance has measured; what others removed since is in it. */
  private known: Known | null = null;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly database: Database,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /** Rejects with what the database throws; letters that are gone by then are logged and counted. */
  async look(): Promise<void> {
    await this.removeExpired(this.environment.HEALTH_DEAD_LETTER_RETENTION_DAYS);
    const maxBytes = this.environment.HEALTH_DEAD_LETTERS_MAX_BYTES;
    while (await this.isBeyond(maxBytes)) {
      if (!(await this.free(maxBytes))) break;
    }
  }

  private async removeExpired(days: number): Promise<void> {
    let letters: number;
    do {
      const removed = await this.underLock(
        async (session) => await remove(session, REMOVE_EXPIRED, days),
      );
      this.report('retention', removed === null ? [] : [removed]);
      letters = removed?.letters ?? 0;
    } while (letters === LETTERS_AT_ONCE);
  }

  /** False where that is certain without looking at every letter. */
  private async isBeyond(maxBytes: number): Promise<boolean> {
    const [disk] = await this.database.read<{ bytes: number }>(READ_DISK_BYTES, []);
    if ((disk?.bytes ?? 0) <= maxBytes) return false;
    const { known } = this;
    if (known === null) return true;
    this.known = await this.database.transaction(
      async (session) => await measure(session, known.bytes, known.newestId),
    );
    return this.known.bytes > maxBytes;
  }

  /**
   * Measures all letters, and removes the oldest where they are too many: in one transaction, so that
   * two instances do not remove twice as much. False where another one is at it, or the oldest are being replayed.
   */
  private async free(maxBytes: number): Promise<boolean> {
    const removed: Removed[] = [];
    const known = await this.underLock(async (session) => {
      const all = await measure(session, 0, '0');
      let bytes = all.bytes;
      while (all.bytes > maxBytes && bytes > maxBytes * LOW_WATER) {
        const some = await remove(session, REMOVE_OLDEST, bytes - maxBytes * LOW_WATER);
        removed.push(some);
        bytes -= some.bytes;
        if (some.letters === 0 || removed.length === STATEMENTS_AT_ONCE) break;
      }
      return { ...all, bytes };
    });
    this.report('bound', removed);
    if (known === null) return false;
    this.known = known;
    return removed.at(-1)?.letters !== 0;
  }

  /** Null where another instance is at it. */
  private async underLock<T>(work: (session: Session) => Promise<T>): Promise<T | null> {
    return await this.database.transaction(async (session) => {
      const [row] = await session.query<{ is_locked: boolean }>(TRY_LOCK, []);
      return row?.is_locked === true ? await work(session) : null;
    }, TIMEOUT_MS);
  }

  private report(reason: Reason, all: readonly Removed[]): void {
    const some = all.filter(({ letters }) => letters > 0);
    const [first] = some;
    if (first === undefined) return;
    const sum = (of: (one: Removed) => number): number => some.reduce((n, one) => n + of(one), 0);
    const letters = sum((one) => one.letters);
    const not_replayed = sum((one) => one.not_replayed);
    this.metrics.deadLettersRemoved.inc({ reason }, letters);
    this.log[not_replayed > 0 ? 'warn' : 'info'](
      {
        reason,
        letters,
        bytes: sum((one) => one.bytes),
        not_replayed,
        received_from: isoOf(first.from_ms),
        received_to: isoOf(some.at(-1)?.to_ms ?? null),
      },
      'dead_letters.removed',
    );
  }
}

const isoOf = (ms: Millis | null): string | null =>
  ms === null ? null : new Date(ms).toISOString();

async function remove(
  session: Session,
  statement: typeof REMOVE_OLDEST,
  limit: number,
): Promise<Removed> {
  const rows = await session.query<Removed & Record<string, unknown>>(statement, [
    limit,
    LETTERS_AT_ONCE,
  ]);
  return rows[0] ?? { letters: 0, bytes: 0, not_replayed: 0, from_ms: null, to_ms: null };
}

/** All letters behind a number, on top of what is known of those up to it. */
async function measure(session: Session, knownBytes: number, newestId: string): Promise<Known> {
  const [found] = await session.query<{ bytes: number; newest_id: string | null }>(MEASURE, [
    newestId,
  ]);
  return { bytes: knownBytes + (found?.bytes ?? 0), newestId: found?.newest_id ?? newestId };
}
