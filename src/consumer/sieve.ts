import { Injectable } from '@nestjs/common';
import type { ReceivedEvent } from '../events/health-event.js';
import type { Session, TransactionSession } from '../storage/database.js';
import {
  inKeyOrder,
  MessagesRepository,
  RowsMissingError,
} from '../storage/messages.repository.js';
import { canBeRowsFault, classify, sqlStateOf } from '../storage/sql-errors.js';
import type { Candidate } from './batch.js';

export interface Sifted {
  /** Stored by this very transaction. */
  readonly isNew: readonly ReceivedEvent[];
  /** Refused by PostgreSQL for what they hold. */
  readonly refused: readonly { readonly candidate: Candidate; readonly error: unknown }[];
}

/** For fewer, a second round trip costs more than COPY spares. */
const COPY_ROWS_AT_LEAST = 100;
/**
 * After a COPY in vain so many batches go by INSERT. What is delivered a second time comes in crowds:
 * of a backlog of it each batch would pay for both.
 */
const INSERTS_AFTER_REFUSAL = 15;

const SAVEPOINT = { name: 'sieve_savepoint', text: 'SAVEPOINT sieve' };
const ROLLBACK = { name: 'sieve_rollback', text: 'ROLLBACK TO SAVEPOINT sieve' };
const RELEASE = { name: 'sieve_release', text: 'RELEASE SAVEPOINT sieve' };
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/**
 * Inserts events and finds those that PostgreSQL refuses, inside one transaction.
 *
 *   COPY ──all are new──▶ done
 *    ├──it names a row that it refuses──▶ the parts before and after it, by COPY; the row, by INSERT
 *    └──one is there, or no row is named──▶ INSERT … ON CONFLICT ──one is refused──▶ INSERT of the parts
 *
 * Of the parts: where PostgreSQL names the row, three statements a refused row; where it does not, by
 * halves, two log n. Only the INSERT of a single row decides that it is refused.
 */
@Injectable()
export class Sieve {
  /** Batches that are not to be tried by COPY. */
  private insertsLeft = 0;

  constructor(private readonly messages: MessagesRepository) {}

  /** @throws whatever is not the fault of one of the rows. */
  async insertNew(session: TransactionSession, candidates: readonly Candidate[]): Promise<Sifted> {
    const isNew: ReceivedEvent[] = [];
    const refused: { candidate: Candidate; error: unknown }[] = [];
    const inOrder = inKeyOrder(candidates);
    let mayCopy = this.mayCopy(inOrder);
    const waiting: (readonly Candidate[])[] = [inOrder];
    for (let some = waiting.pop(); some !== undefined; some = waiting.pop()) {
      const [first, ...others] = some;
      if (first === undefined) continue;
      const byCopy = mayCopy && some.length >= COPY_ROWS_AT_LEAST;
      await session.query(SAVEPOINT, []);
      try {
        isNew.push(...(await this.stored(session, some, byCopy)));
        await session.query(RELEASE, []);
      } catch (error) {
        if (byCopy && !(classify(error) === 'data' && placeNamedBy(error, some) >= 0)) {
          await goBack(session, error);
          mayCopy = false;
          this.insertsLeft = INSERTS_AFTER_REFUSAL;
          waiting.push(some);
          continue;
        }
        if (!(await this.isRowsFault(session, error))) throw error;
        if (others.length === 0) refused.push({ candidate: first, error });
        else waiting.push(...partsOf(some, error).toReversed());
      }
    }
    return { isNew, refused };
  }

  private mayCopy(candidates: readonly Candidate[]): boolean {
    if (candidates.length < COPY_ROWS_AT_LEAST || this.insertsLeft === 0) return true;
    this.insertsLeft -= 1;
    return false;
  }

  private async stored(
    session: TransactionSession,
    some: readonly Candidate[],
    byCopy: boolean,
  ): Promise<readonly ReceivedEvent[]> {
    const events = some.map(({ event }) => event);
    if (!byCopy) return await this.messages.insertNew(session, events);
    await this.messages.copy(session, events);
    return events;
  }

  /** Goes back to before the rows. An unlisted error is theirs while a harmless row is taken. */
  private async isRowsFault(session: Session, error: unknown): Promise<boolean> {
    if (!canBeRowsFault(error)) return false;
    try {
      await session.query(ROLLBACK, []);
      if (classify(error) === 'unknown') {
        await this.messages.insertControl(session);
        await session.query(ROLLBACK, []);
      }
      await session.query(RELEASE, []);
      return true;
    } catch {
      return false;
    }
  }
}

/**
 * Undoes a COPY in vain. Whatever the server has against it: the INSERT will tell whether that matters.
 *
 * @throws the error, where the server has not judged or judges otherwise later.
 */
async function goBack(session: Session, error: unknown): Promise<void> {
  const isLost = sqlStateOf(error) === null && !(error instanceof RowsMissingError);
  if (isLost || classify(error) === 'transient') throw error;
  await session.query(ROLLBACK, []);
  await session.query(RELEASE, []);
}

/** Where in the order the row is that the error names; -1 where it names none. */
function placeNamedBy(error: unknown, some: readonly Candidate[]): number {
  const detail: unknown = error instanceof Error ? Reflect.get(error, 'detail') : null;
  const named = new Set(typeof detail === 'string' ? detail.match(UUID) : []);
  return some.findIndex(({ event }) => named.has(event.messageId));
}

/** What comes before the row that the error names, that row, what comes after it; else both halves. */
function partsOf(some: readonly Candidate[], error: unknown): readonly (readonly Candidate[])[] {
  const at = placeNamedBy(error, some);
  if (at < 0) {
    const middle = some.length >> 1;
    return [some.slice(0, middle), some.slice(middle)];
  }
  return [some.slice(0, at), some.slice(at, at + 1), some.slice(at + 1)];
}
