import { Injectable } from '@nestjs/common';
import type { Micros, RejectionReason } from '../events/health-event.js';
import type { Session } from './database.js';

/** An event that cannot be stored, as the journal held it. */
export interface DeadLetter {
  readonly journalId: string;
  /** Place of the event in its journal entry. */
  readonly eventIndex: number;
  /** The channel it came from. */
  readonly source: string;
  readonly reason: RejectionReason;
  readonly detail: string;
  readonly raw: Buffer;
  readonly receivedAtUs: Micros;
  /** How often it was tried to store it. */
  readonly attempts: number;
}

/**
 * A redelivered entry meets its letters by the unique key (journal_id, event_index). The bytes of all
 * letters come in one parameter, as bytes: text of some hundred megabytes is more than V8 has.
 */
const INSERT_NEW = {
  name: 'insert_dead_letters',
  text: `
    WITH inserted AS (
      INSERT INTO health_dead_letters (
        journal_id, event_index, source, reason, detail, raw, attempts, received_at)
      SELECT e.j, e.n, e.s, e.w, e.x, substring($2::bytea FROM e.f FOR e.l), e.k,
             to_timestamp(e.r / 1e6)
        FROM json_to_recordset($1::json) AS e (
          j text, n integer, s text, w text, x text, f integer, l integer, r float8, k integer)
      ON CONFLICT (journal_id, event_index) DO NOTHING
      RETURNING journal_id, event_index)
    SELECT coalesce(array_agg(journal_id || ' ' || event_index), '{}') AS keys FROM inserted`,
};

/** What could not be stored, kept with its bytes. */
@Injectable()
export class DeadLettersRepository {
  /** Keeps letters; returns those that were not kept before. */
  async insertNew(session: Session, letters: readonly DeadLetter[]): Promise<DeadLetter[]> {
    if (letters.length === 0) return [];
    let from = 1;
    const parameters = letters.map((letter) => {
      const parameter = { ...parameterOf(letter), f: from, l: letter.raw.length };
      from += letter.raw.length;
      return parameter;
    });
    const rows = await session.query<{ keys: string[] }>(INSERT_NEW, [
      JSON.stringify(parameters),
      Buffer.concat(letters.map(({ raw }) => raw)),
    ]);
    const isNew = new Set(rows[0]?.keys ?? []);
    return letters.filter(({ journalId, eventIndex }) =>
      isNew.has(`${journalId} ${String(eventIndex)}`),
    );
  }
}

/** PostgreSQL's text holds no NUL. */
const withoutNul = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD');

const parameterOf = (letter: DeadLetter): object => ({
  j: letter.journalId,
  n: letter.eventIndex,
  s: withoutNul(letter.source),
  w: letter.reason,
  x: withoutNul(letter.detail),
  r: letter.receivedAtUs,
  k: letter.attempts,
});
