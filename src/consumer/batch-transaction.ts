import { Injectable } from '@nestjs/common';
import type { ReceivedEvent, RejectionReason } from '../events/health-event.js';
import { Log } from '../observability/log.js';
import { StaleStatesError } from '../status/known-states.js';
import { StatusStore } from '../status/status-store.js';
import { AccountingRepository } from '../storage/accounting.repository.js';
import { Database, type TransactionSession } from '../storage/database.js';
import { type DeadLetter, DeadLettersRepository } from '../storage/dead-letters.repository.js';
import { RolledBackError } from '../storage/rolled-back.js';
import { Admission, type Refused } from './admission.js';
import { type Candidate, letterOf } from './batch.js';
import type { Name } from './known-names.js';
import { ObservationKeeper } from './observation-keeper.js';
import { storageRejection } from './refusals.js';
import { Sieve } from './sieve.js';
import type { Settled, Work } from './work.js';

interface Inserted {
  readonly isNew: readonly ReceivedEvent[];
  readonly refused: readonly Refused[];
  /** Of services and instances that this transaction makes. */
  readonly newNames: readonly Name[];
}

/**
 * One transaction: rows, status, dead letters, gaps and accounts of a batch, all or nothing.
 *
 * - `ahead` inserts while the batch before is being committed, and goes on when its turn has come. It
 *   leaves to the head what others could wait for.
 * - `atHead` is alone in this process: it admits new names, under a lock of all instances.
 */
@Injectable()
export class BatchTransaction {
  constructor(
    private readonly database: Database,
    private readonly sieve: Sieve,
    private readonly deadLetters: DeadLettersRepository,
    private readonly status: StatusStore,
    private readonly admission: Admission,
    private readonly observation: ObservationKeeper,
    private readonly accounting: AccountingRepository,
    private readonly log: Log,
  ) {}

  /** Null where its turn did not come, or where it belongs to the head of the line. */
  async ahead(work: Work, turn: () => Promise<boolean>): Promise<Settled | null> {
    if (await this.admission.hasNewNames(work.candidates)) return null;
    return await this.run(work, async (session) => {
      const sifted = await this.sifted(session, work.candidates);
      if (!(await turn())) throw new RolledBackError();
      return { ...sifted, newNames: [] };
    });
  }

  async atHead(work: Work): Promise<Settled> {
    const hasNewNames = await this.admission.hasNewNames(work.candidates);
    const settled = await this.run(work, async (session) => {
      const admission = hasNewNames
        ? await this.admission.admit(session, work.candidates)
        : { admitted: work.candidates, refused: [], newNames: [] };
      const { isNew, refused } = await this.sifted(session, admission.admitted);
      return { isNew, refused: [...admission.refused, ...refused], newNames: admission.newNames };
    });
    if (settled === null) throw new Error('the head of the line was rolled back');
    return settled;
  }

  /** Inserts what PostgreSQL takes. */
  private async sifted(
    session: TransactionSession,
    candidates: readonly Candidate[],
  ): Promise<Omit<Inserted, 'newNames'>> {
    const { isNew, refused } = await this.sieve.insertNew(session, candidates);
    return {
      isNew,
      refused: refused.map(({ candidate, error }) => ({
        candidate,
        rejection: storageRejection(error),
      })),
    };
  }

  private async run(
    work: Work,
    insert: (session: TransactionSession) => Promise<Inserted>,
  ): Promise<Settled | null> {
    try {
      const done = await this.database.transaction(async (session) => {
        const { isNew, refused, newNames } = await insert(session);
        const written = await this.status.apply(session, isNew);
        const letters = [...work.letters, ...refused.map(letterFor)];
        const kept = await this.deadLetters.insertNew(session, letters);
        const gaps = await this.observation.apply(session, work.heartbeats, work.losses);
        const events = work.candidates.length + work.letters.length + work.duplicates;
        const settled = {
          stored: isNew.length,
          duplicate: events - isNew.length - kept.length,
          deadLetters: kept.map(({ reason }): RejectionReason => reason),
        };
        await this.accounting.add(session, settled);
        return { settled, gaps, refused, newNames, written };
      });
      this.observation.report(done.gaps);
      this.admission.remember(done.newNames);
      this.status.remember(done.written);
      this.report(done.refused);
      return done.settled;
    } catch (error) {
      if (error instanceof RolledBackError) return null;
      if (error instanceof StaleStatesError) {
        this.status.forget();
        return await this.run(work, insert);
      }
      throw error;
    }
  }

  private report(refused: readonly Refused[]): void {
    for (const { candidate, rejection } of refused) {
      if (rejection.reason !== 'storage_rejected') continue;
      const { entry, index } = candidate;
      const { detail } = rejection;
      this.log.warn({ journal_id: entry.id, event_index: index, detail }, 'consumer.row_refused');
    }
  }
}

const letterFor = ({ candidate: { entry, index }, rejection }: Refused): DeadLetter =>
  letterOf(entry, index, rejection);
