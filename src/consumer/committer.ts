import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import type { Rejection } from '../events/health-event.js';
import { Metrics } from '../observability/metrics.js';
import { backoffMs, pause } from '../runtime/backoff.js';
import { deferred } from '../runtime/deferred.js';
import { Semaphore } from '../runtime/semaphore.js';
import { isTimeout } from '../storage/sql-errors.js';
import { type Batch, haveCommonKey, letterOf } from './batch.js';
import { BatchTransaction } from './batch-transaction.js';
import { DatabaseTroubles } from './database-troubles.js';
import { ATTEMPTS_AT_MOST, despair, storageRejection } from './refusals.js';
import { halvesOf, type Settled, together, type Work } from './work.js';

/** The shutdown did not leave the time; the entries stay pending and another instance takes them. */
class CommitAbandonedError extends Error {
  override readonly name = 'CommitAbandonedError';
}

/**
 * Transactions at once: while one waits for the disk or projects, another inserts. Measured on two
 * cores, a third brings nothing and more of them make each slower.
 */
export const PARALLEL_TRANSACTIONS = Math.max(2, Math.min(4, availableParallelism()));
/**
 * How long a batch keeps its inserted rows locked while it waits for its turn. It gives them back at
 * once when the batch before it fails; this is for a batch before it that waits for this one, because
 * this one made the day's new chunk, or through another process.
 */
const TURN_WAIT_MS = 500;
/** How often a batch may run into the time limit of its statements before it is halved. */
const TIMEOUTS_AT_MOST = 2;

/** A batch as the next one sees it. */
interface Place {
  /** It is in the database, or given up. */
  readonly done: Promise<void>;
  /** Its first attempt failed: it will take its time. */
  readonly troubled: Promise<void>;
}

/**
 * Commits batches: one transaction each, status in journal order.
 *
 *   insert (batches in parallel) ──its turn──▶ project, aggregate, commit ──▶ the next one's turn
 *
 * A batch that fails, or that waits too long for its turn, rolls back and starts anew at the head of
 * the line; there it is repeated until it is in the database, however long that takes. Only there can
 * it wait for rows of another process, so no circle of waiting can close.
 *
 * Rows that PostgreSQL refuses are found inside the transaction ({@link BatchTransaction}). Where it is
 * not an insert that fails, the batch is halved until the one event is found; that becomes a dead letter.
 */
@Injectable()
export class Committer {
  private tail: Place = { done: Promise.resolve(), troubled: new Promise(() => undefined) };
  private readonly slots = new Semaphore(PARALLEL_TRANSACTIONS);
  /** Batches that hold a slot. */
  private readonly inFlight = new Set<Batch>();
  private readonly abandoning = new AbortController();

  constructor(
    private readonly transaction: BatchTransaction,
    private readonly troubles: DatabaseTroubles,
    private readonly metrics: Metrics,
  ) {}

  /** Ends all retries: commits that have not succeeded reject. */
  abandon(): void {
    this.abandoning.abort();
  }

  /**
   * Closes the batch. Resolves when every event of it is in the database, as a row or as a dead letter.
   *
   * @throws CommitAbandonedError after {@link abandon}; nothing else.
   */
  async commit(batch: Batch): Promise<Settled> {
    batch.close();
    const predecessor = this.tail;
    const done = deferred();
    const troubled = deferred();
    this.tail = { done: done.promise, troubled: troubled.promise };
    await this.slots.acquire(); // in the order of the batches
    // What both are about to insert would make one wait for the other's end.
    const isOverlapping = [...this.inFlight].some((other) => haveCommonKey(other, batch));
    this.inFlight.add(batch);
    const startedMs = performance.now();
    try {
      const settled =
        (isOverlapping ? null : await this.ahead(batch, predecessor, troubled.resolve)) ??
        (await this.afterPredecessor(batch, predecessor));
      if (batch.events > 0) {
        this.metrics.commitDuration.observe((performance.now() - startedMs) / 1_000);
      }
      return settled;
    } finally {
      this.inFlight.delete(batch);
      this.slots.release();
      done.resolve();
    }
  }

  /**
   * One attempt at one event, while nothing else is in flight.
   *
   * @throws what {@link DatabaseTroubles.remedyFor} is to be asked about.
   */
  async attemptAlone(work: Work): Promise<Settled> {
    const settled = await this.transaction.atHead(work);
    this.troubles.over();
    return settled;
  }

  /**
   * Inserts without waiting for the batch before it. Null where that was not to be. Only what fails by
   * itself is trouble to the next one: else one batch that must wait would send all behind it to the
   * head of the line, each with its insert in vain.
   */
  private async ahead(
    batch: Batch,
    predecessor: Place,
    tellSuccessor: () => void,
  ): Promise<Settled | null> {
    try {
      const settled = await this.transaction.ahead(batch, async () => await comesUp(predecessor));
      if (settled !== null) this.troubles.over();
      return settled;
    } catch {
      tellSuccessor();
      return null; // the repetition at the head of the line meets the same trouble, and reports it
    }
  }

  private async afterPredecessor(batch: Batch, predecessor: Place): Promise<Settled> {
    await predecessor.done;
    return await this.atHead(batch);
  }

  /** Repeats until it succeeds, with half of it where it looks as if that would. */
  private async atHead(work: Work): Promise<Settled> {
    const { candidates } = work;
    let timeouts = 0;
    let doubts = 0;
    for (let attempt = 0; !this.abandoning.signal.aborted; attempt += 1) {
      try {
        return await this.attemptAlone(work);
      } catch (error) {
        const remedy = await this.troubles.remedyFor(error);
        if (isTimeout(error)) timeouts += 1;
        if (remedy === 'doubt') doubts += 1;
        const isTooMuch = remedy === 'isolate' || doubts > 0 || timeouts >= TIMEOUTS_AT_MOST;
        if (candidates.length > 1 && isTooMuch) return await this.halve(work);
        const [candidate] = candidates;
        if (candidate !== undefined) {
          if (remedy === 'isolate') return await this.refuse(work, storageRejection(error));
          if (doubts >= ATTEMPTS_AT_MOST) return await this.refuse(work, despair(error));
        }
        this.troubles.report(error, remedy);
        await pause(backoffMs(attempt), this.abandoning.signal);
      }
    }
    throw new CommitAbandonedError('stopped before the database took the batch');
  }

  private async halve(work: Work): Promise<Settled> {
    const [first, second] = halvesOf(work);
    return together(await this.atHead(first), await this.atHead(second));
  }

  /** The one event becomes a dead letter. */
  private async refuse(work: Work, rejection: Rejection): Promise<Settled> {
    const letters = work.candidates.map(({ entry, index }) => letterOf(entry, index, rejection));
    return await this.atHead({ ...work, candidates: [], letters: [...work.letters, ...letters] });
  }
}

/** False where the batch before is in trouble, or takes too long. */
async function comesUp(predecessor: Place): Promise<boolean> {
  const timeout = new AbortController();
  const isDone = await Promise.race([
    predecessor.done.then(() => true),
    predecessor.troubled.then(() => false),
    pause(TURN_WAIT_MS, timeout.signal).then(() => false),
  ]);
  timeout.abort();
  return isDone;
}
