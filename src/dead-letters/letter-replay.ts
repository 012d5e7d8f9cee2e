import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { Admission } from '../consumer/admission.js';
import { storageRejection } from '../consumer/refusals.js';
import type { ReceivedEvent, Rejection, RejectionReason } from '../events/health-event.js';
import { Log } from '../observability/log.js';
import { Metrics } from '../observability/metrics.js';
import { StatusStore } from '../status/status-store.js';
import { AccountingRepository } from '../storage/accounting.repository.js';
import { Database, type Session } from '../storage/database.js';
import {
  BACK_TO_SAVEPOINT,
  IS_STORED,
  LOCK_LETTER,
  MARK_REJECTED,
  MARK_REPLAYED,
  READ_LOG_BEGIN,
  SAVEPOINT,
} from '../storage/dead-letter-replay.sql.js';
import { messageKey, MessagesRepository } from '../storage/messages.repository.js';
import { RolledBackError } from '../storage/rolled-back.js';
import { canBeRowsFault } from '../storage/sql-errors.js';
import { type LockedLetter, readLetter } from './letter.js';
import { type LogBegin, removedTime } from './log-begin.js';

export const OUTCOMES = ['stored', 'duplicate', 'rejected'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What became of a letter, or would. */
export interface Replayed {
  readonly id: string;
  readonly outcome: Outcome;
  /** Why it was rejected; else null. */
  readonly rejection: Rejection | null;
  /** The event as it is stored; null where it cannot be read. */
  readonly event: ReceivedEvent | null;
}

/** A replay that waits as long as it takes, or one that an answer within 5 s depends on. */
export type Patience = 'patient' | 'prompt';

/**
 * Tries again to store what a dead letter holds, under the configuration of now, in one transaction.
 *
 *   dead letter ──stored, or there already──▶ replayed, for good: every further replay is a duplicate
 *   dead letter ──rejected──▶ dead letter, with the reason of now
 *
 * The event keeps its place in the journal, and with it its identity and its times.
 */
@Injectable()
export class LetterReplay {
  /** Of its own: what is replayed is stored, too. */
  private readonly accounting: AccountingRepository;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly database: Database,
    private readonly messages: MessagesRepository,
    private readonly status: StatusStore,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    this.accounting = new AccountingRepository(environment);
  }

  /**
   * Null where no letter has this number. With `isDryRun` all stays as it was.
   *
   * @throws DatabaseUnavailableError within 5 s where a prompt one cannot be done now; a patient one
   * throws what the database does.
   */
  async replay(id: string, isDryRun: boolean, patience: Patience): Promise<Replayed | null> {
    let replayed = null as Replayed | null;
    const work = async (session: Session): Promise<void> => {
      replayed = await this.within(session, id);
      if (isDryRun) throw new RolledBackError();
    };
    try {
      await (patience === 'patient' ? this.database.transaction(work) : this.database.change(work));
    } catch (error) {
      if (!(error instanceof RolledBackError)) throw error;
    }
    if (replayed !== null && !isDryRun) this.report(replayed);
    return replayed;
  }

  private async within(session: Session, id: string): Promise<Replayed | null> {
    const [letter] = await session.query<LockedLetter & Record<string, unknown>>(LOCK_LETTER, [id]);
    if (letter === undefined) return null;
    const { HEALTH_EVENT_MAX_BYTES: maxBytes, HEALTH_EVENT_WINDOW_DAYS: windowDays } =
      this.environment;
    const received = readLetter(letter, { maxBytes, windowDays });
    const event = received.ok ? received.event : null;
    if (letter.is_replayed) return { id, outcome: 'duplicate', rejection: null, event };
    const result = received.ok ? await this.store(session, received.event) : received.rejection;
    if (typeof result === 'string') {
      await session.query(MARK_REPLAYED, [id]);
      return { id, outcome: result, rejection: null, event };
    }
    await session.query(MARK_REJECTED, [id, result.reason, result.detail]);
    return { id, outcome: 'rejected', rejection: result, event };
  }

  private async store(session: Session, event: ReceivedEvent): Promise<Outcome | Rejection> {
    const [found] = await session.query<{ is_stored: boolean }>(IS_STORED, [
      event.occurredAtUs,
      event.messageId,
    ]);
    if (found?.is_stored === true) return 'duplicate';
    const [begin] = await session.query<LogBegin & Record<string, unknown>>(READ_LOG_BEGIN, [
      event.serviceName,
    ]);
    const refusal =
      (begin === undefined ? null : removedTime(event, begin)) ??
      (await this.refusalOf(session, event));
    if (refusal !== null) return refusal;
    await session.query(SAVEPOINT, []);
    try {
      const isNew = await this.messages.insertNew(session, [event]);
      if (isNew.length === 0) return 'duplicate';
      await this.status.applyOld(session, event);
      await this.accounting.add(session, { stored: 1, duplicate: 0, deadLetters: [] });
      return 'stored';
    } catch (error) {
      if (!canBeRowsFault(error)) throw error;
      await session.query(BACK_TO_SAVEPOINT, []);
      return storageRejection(error);
    }
  }

  /** By the bounds on services and instances; what a dry run admits must not be remembered as known. */
  private async refusalOf(session: Session, event: ReceivedEvent): Promise<Rejection | null> {
    const entry = { id: '', atUs: event.receivedAtUs, events: [], bytes: 0 };
    const candidate = { event, key: messageKey(event), entry, index: 0 };
    const admission = new Admission(this.database, this.environment);
    const { refused } = await admission.admit(session, [candidate]);
    return refused[0]?.rejection ?? null;
  }

  private report({ id, outcome, rejection }: Replayed): void {
    this.metrics.deadLettersReplayed.inc({ outcome });
    const reason: RejectionReason | null = rejection?.reason ?? null;
    this.log.info({ id, outcome, reason }, 'dead_letters.replayed');
  }
}
