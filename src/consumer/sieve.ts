import { Injectable } from '@nestjs/common';
import type { ReceivedEvent } from '../events/health-event.js';
import type { Session, TransactionSession } from '../storage/database.js';
import { compareKeys, MessagesRepository } from '../storage/messages.repository.js';
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
 *    └──one is there, or refused──▶ INSERT … ON CONFLICT ──one is refused──▶ INSERT of the parts
 *
 * Of the parts: where PostgreSQL names the row, three statements a refused row; where it does not, by
 * halves, two log n.
 */
@Injectable()
export class Sieve {
  /** Batches that are not to be tried by COPY. */
  private insertsLeft = 0;

  constructor(private readonly messages: MessagesRepository) {}

  /** @throws whatever is not the fault of one of the rows. */
  async insertNew(session: TransactionSession, candidates: readonly Candidate[]): Promise<Sifted> {
    const inOrder = [...candidates].sort((a, b) => compareKeys(a.event, b.event));
    const events = inOrder.map(({ event }) => event);
    if (await this.copied(session, events)) return { isNew: events, refused: [] };
    return await this.inserted(session, inOrder);
  }

  /** False where nothing has happened: it was not tried, or a row was against it. */
  private async copied(
    session: TransactionSession,
    events: readonly ReceivedEvent[],
  ): Promise<boolean> {
    if (events.length < COPY_ROWS_AT_LEAST) return false;
    if (this.insertsLeft > 0) {
      this.insertsLeft -= 1;
      return false;
    }
    await session.query(SAVEPOINT, []);
    const isDone = await this.messages.copy(session, events).catch((error: unknown) => {
      // Whatever else the server has against COPY: the INSERT will tell whether it matters.
      if (sqlStateOf(error) === null || classify(error) === 'transient') throw error;
      return false;
    });
    if (!isDone) {
      this.insertsLeft = INSERTS_AFTER_REFUSAL;
      await session.query(ROLLBACK, []);
    }
    await session.query(RELEASE, []);
    return isDone;
  }

  private async inserted(session: Session, inOrder: readonly Candidate[]): Promise<Sifted> {
    const isNew: ReceivedEvent[] = [];
    const refused: { candidate: Candidate; error: unknown }[] = [];
    const waiting: (readonly Candidate[])[] = [inOrder];
    for (let some = waiting.pop(); some !== undefined; some = waiting.pop()) {
      const [first, ...others] = some;
      if (first === undefined) continue;
      await session.query(SAVEPOINT, []);
      try {
        isNew.push(
          ...(await this.messages.insertNew(
            session,
            some.map(({ event }) => event),
          )),
        );
        await session.query(RELEASE, []);
      } catch (error) {
        if (!(await this.isRowsFault(session, error))) throw error;
        if (others.length === 0) refused.push({ candidate: first, error });
        else waiting.push(...partsOf(some, error).toReversed());
      }
    }
    return { isNew, refused };
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

/** What comes before the row that the error names, that row, what comes after it; else both halves. */
function partsOf(some: readonly Candidate[], error: unknown): readonly (readonly Candidate[])[] {
  const detail: unknown = error instanceof Error ? Reflect.get(error, 'detail') : null;
  const named = new Set(typeof detail === 'string' ? detail.match(UUID) : []);
  const at = some.findIndex(({ event }) => named.has(event.messageId));
  if (at < 0) {
    const middle = some.length >> 1;
    return [some.slice(0, middle), some.slice(middle)];
  }
  return [some.slice(0, at), some.slice(at, at + 1), some.slice(at + 1)];
}
