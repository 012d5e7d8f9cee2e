import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import type { Rejection, RejectionReason } from '../events/health-event.js';
import { Log } from '../observability/log.js';
import { Metrics } from '../observability/metrics.js';
import type { SyntheticHeartbeat, SyntheticLoss } from '../observation/synthetic-message.js';
import { Troubles } from '../observation/troubles.js';
import { backoffMs, pause } from '../runtime/backoff.js';
import { deferred } from '../runtime/deferred.js';
import { Semaphore } from '../runtime/semaphore.js';
import { textOf } from '../runtime/error-text.js';
import type { Gap } from '../status/coverage.js';
import { StatusStore } from '../status/status-store.js';
import { Database, DatabaseUnavailableError } from '../storage/database.js';
import { type DeadLetter, DeadLettersRepository } from '../storage/dead-letters.repository.js';
import { MessagesRepository } from '../storage/messages.repository.js';
import { classify, type ErrorClass, sqlStateOf } from '../storage/sql-errors.js';
import { Admission } from './admission.js';
import { ObservationKeeper } from './observation-keeper.js';
import { type Batch, type Candidate, letterOf } from './batch.js';
import type { Settled } from './consumer-statistics.js';

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
const MAX_DETAIL_CHARACTERS = 500;

/** A batch as the next one sees it. */
interface Place {
  /** It is in the database, or given up. */
  readonly done: Promise<void>;
  /** Its first attempt failed: it will take its time. */
  readonly troubled: Promise<void>;
}

interface Work {
  readonly candidates: readonly Candidate[];
  readonly letters: readonly DeadLetter[];
  readonly heartbeats: readonly SyntheticHeartbeat[];
  readonly losses: readonly SyntheticLoss[];
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
 * A batch refused for its data is halved until the one event is found; that becomes a dead letter.
 */
@Injectable()
export class Committer {
  private tail: Place = { done: Promise.resolve(), troubled: new Promise(() => undefined) };
  private readonly slots = new Semaphore(PARALLEL_TRANSACTIONS);
  /** Keys of the audit log that batches in flight are about to insert. */
  private readonly claimed = new Map<string, number>();
  private readonly abandoning = new AbortController();
  private trouble: string | null = null;

  constructor(
    private readonly database: Database,
    private readonly messages: MessagesRepository,
    private readonly deadLetters: DeadLettersRepository,
    private readonly status: StatusStore,
    private readonly admission: Admission,
    private readonly observation: ObservationKeeper,
    private readonly troubles: Troubles,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /** Why nothing is being committed, in one sentence; null while commits succeed. */
  get problem(): string | null {
    return this.trouble;
  }

  /** Ends all retries: commits that have not succeeded reject. */
  abandon(): void {
    this.abandoning.abort();
  }

  /**
   * Resolves when every event of the batch is in the database, as a row or as a dead letter.
   *
   * @throws CommitAbandonedError after {@link abandon}; nothing else.
   */
  async commit(batch: Batch): Promise<Settled> {
    const predecessor = this.tail;
    const done = deferred();
    const troubled = deferred();
    this.tail = { done: done.promise, troubled: troubled.promise };
    await this.slots.acquire(); // in the order of the batches
    const isOverlapping = this.claim(batch);
    const startedMs = performance.now();
    try {
      const settled =
        (isOverlapping ? null : await this.ahead(batch, predecessor)) ??
        (await this.afterTrouble(batch, predecessor, troubled.resolve));
      if (batch.events > 0) {
        this.metrics.commitDuration.observe((performance.now() - startedMs) / 1_000);
      }
      return { ...settled, duplicate: settled.duplicate + batch.duplicates };
    } finally {
      this.release(batch);
      this.slots.release();
      done.resolve();
    }
  }

  /** Inserts without waiting for the batch before it. Null where that was not to be. */
  private async ahead(batch: Batch, predecessor: Place): Promise<Settled | null> {
    try {
      return await this.attempt(batch, async () => await comesUp(predecessor));
    } catch {
      return null; // the repetition at the head of the line meets the same trouble, and reports it
    }
  }

  private async afterTrouble(
    batch: Batch,
    predecessor: Place,
    tellSuccessor: () => void,
  ): Promise<Settled> {
    tellSuccessor();
    await predecessor.done;
    return await this.atHead(batch);
  }

  /** Repeats until it succeeds. */
  private async atHead(work: Work): Promise<Settled> {
    for (let attempt = 0; !this.abandoning.signal.aborted; attempt += 1) {
      try {
        const settled = await this.attempt(work, () => Promise.resolve(true));
        if (settled !== null) return settled;
      } catch (error) {
        const errorClass = await this.classify(error);
        const [first, ...others] = work.candidates;
        if (errorClass === 'data' && first !== undefined) {
          return others.length > 0 ? await this.halve(work) : await this.refuse(work, first, error);
        }
        this.report(error, errorClass);
        await pause(backoffMs(attempt), this.abandoning.signal);
      }
    }
    throw new CommitAbandonedError('stopped before the database took the batch');
  }

  /** One transaction. Null where its turn did not come in time. */
  private async attempt(work: Work, turn: () => Promise<boolean>): Promise<Settled | null> {
    const { admitted, refused } = await this.admission.admit(work.candidates);
    const letters = [
      ...work.letters,
      ...refused.map(({ candidate, rejection }) => letterFor(candidate, rejection)),
    ];
    let gaps: readonly Gap[] = [];
    const settled = await this.database
      .transaction(async (session) => {
        const events = admitted.map(({ event }) => event);
        const isNew = await this.messages.insertNew(session, events);
        if (!(await turn())) throw new RolledBackError();
        await this.status.apply(session, isNew);
        const kept = await this.deadLetters.insertNew(session, letters);
        gaps = await this.observation.apply(session, work.heartbeats, work.losses);
        return {
          stored: isNew.length,
          duplicate: events.length - isNew.length + letters.length - kept.length,
          deadLetters: kept.map(({ reason }): RejectionReason => reason),
        };
      })
      .catch((error: unknown) => {
        if (error instanceof RolledBackError) return null;
        throw error;
      });
    if (settled !== null) this.observation.report(gaps);
    if (settled !== null && this.trouble !== null) {
      this.trouble = null;
      this.log.info({}, 'consumer.commits_again');
    }
    return settled;
  }

  private async halve({ candidates, letters, ...synthetic }: Work): Promise<Settled> {
    const middle = candidates.length >> 1;
    const first = await this.atHead({
      candidates: candidates.slice(0, middle),
      letters,
      ...NOTHING_SYNTHETIC,
    });
    // Heartbeats vouch for all of it, so they come last.
    const second = await this.atHead({
      candidates: candidates.slice(middle),
      letters: [],
      ...synthetic,
    });
    return {
      stored: first.stored + second.stored,
      duplicate: first.duplicate + second.duplicate,
      deadLetters: [...first.deadLetters, ...second.deadLetters],
    };
  }

  /** The one event that PostgreSQL does not take becomes a dead letter. */
  private async refuse(work: Work, candidate: Candidate, error: unknown): Promise<Settled> {
    const text = textOf(error);
    const detail = `PostgreSQL refused the row (${sqlStateOf(error) ?? 'no code'}): ${text}`;
    const letter = letterFor(candidate, {
      reason: 'storage_rejected',
      detail: detail.slice(0, MAX_DETAIL_CHARACTERS),
    });
    this.log.warn({ journal_id: letter.journalId, error }, 'consumer.row_refused');
    return await this.atHead({ ...work, candidates: [], letters: [...work.letters, letter] });
  }

  /** An unlisted error is the data's fault while a harmless row is accepted, else it is not. */
  private async classify(error: unknown): Promise<Exclude<ErrorClass, 'unknown'>> {
    if (error instanceof DatabaseUnavailableError) return 'transient';
    const errorClass = classify(error);
    if (errorClass !== 'unknown') return errorClass;
    if (sqlStateOf(error) === null) return 'deployment';
    try {
      await this.database.transaction(async (session) => {
        await this.messages.insertControl(session);
        throw new RolledBackError();
      });
    } catch (refusal) {
      if (refusal instanceof RolledBackError) return 'data';
    }
    return 'deployment';
  }

  /** Says each trouble once, however often it is met. */
  private report(error: unknown, errorClass: ErrorClass): void {
    const text = textOf(error);
    const trouble = `the database does not take events: ${text}`;
    if (this.trouble === null || errorClass === 'deployment') {
      if (trouble !== this.trouble) {
        const level = errorClass === 'deployment' ? 'error' : 'warn';
        this.log[level]({ class: errorClass, error }, 'consumer.commit_failed');
      }
    }
    this.trouble = trouble;
    this.troubles.note('database_down');
  }

  private claim(batch: Batch): boolean {
    let isOverlapping = false;
    for (const key of batch.keys) {
      const claims = this.claimed.get(key) ?? 0;
      if (claims > 0) isOverlapping = true;
      this.claimed.set(key, claims + 1);
    }
    return isOverlapping;
  }

  private release(batch: Batch): void {
    for (const key of batch.keys) {
      const claims = this.claimed.get(key) ?? 1;
      if (claims === 1) this.claimed.delete(key);
      else this.claimed.set(key, claims - 1);
    }
  }
}

const NOTHING_SYNTHETIC = { heartbeats: [], losses: [] } as const;

/** Ends a transaction that is not to be committed. */
class RolledBackError extends Error {
  override readonly name = 'RolledBackError';
}

const letterFor = ({ entry, index }: Candidate, rejection: Rejection): DeadLetter =>
  letterOf(entry, index, rejection);

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
