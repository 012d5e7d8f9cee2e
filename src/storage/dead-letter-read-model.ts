import { Injectable } from '@nestjs/common';
import type { RejectionReason } from '../events/health-event.js';
import { Database } from './database.js';
import { type Millis, type Page, pageOf, type TimeRange } from './page.js';
import { inRange, micros, millis } from './time-columns.js';

/** As much of the bytes as a list shows. */
const PREVIEW_BYTES = 1_024;

/** What could not be stored, without its bytes. */
export interface DeadLetterRecord {
  /** A whole number; text, as it may be larger than a double can hold. */
  readonly id: string;
  readonly journal_id: string;
  readonly event_index: number;
  readonly source: string;
  readonly reason: RejectionReason;
  readonly detail: string;
  readonly attempts: number;
  readonly received_at: Millis;
  readonly created_at: Millis;
  readonly replayed_at: Millis | null;
  readonly size_bytes: number;
  /** The first bytes. */
  readonly preview: Buffer;
}

/** A place in the order «received last first»; microseconds since 1970. */
export interface DeadLetterPlace {
  readonly receivedAtUs: number;
  readonly id: string;
}

/** A letter with its place, which is finer than the millisecond that is shown. */
export type PlacedDeadLetter = DeadLetterRecord & { readonly received_at_us: number };

export interface DeadLetterFilter extends TimeRange {
  readonly reason: RejectionReason | null;
  /** Whether it was replayed, and is in the audit log since; null: either. */
  readonly replayed: boolean | null;
}

const COLUMNS = `
           d.id::text AS id, d.journal_id, d.event_index, d.source, d.reason, d.detail, d.attempts,
           ${millis('d.received_at')} AS received_at, ${micros('d.received_at')} AS received_at_us,
           ${millis('d.created_at')} AS created_at, ${millis('d.replayed_at')} AS replayed_at,
           octet_length(d.raw) AS size_bytes`;

/** Index: health_dead_letters (received_at, id), or with a reason (reason, received_at, id). */
const READ_LETTERS = `
    SELECT ${COLUMNS}, substring(d.raw FROM 1 FOR ${String(PREVIEW_BYTES)}) AS preview
      FROM health_dead_letters d
     WHERE ($1::text IS NULL OR d.reason = $1)
       AND ${inRange('d.received_at', '$2', '$3')}
       AND ($4::float8 IS NULL OR (d.received_at, d.id) < (to_timestamp($4 / 1e6), $5::bigint))
       AND ($7::boolean IS NULL OR (d.replayed_at IS NOT NULL) = $7)
     ORDER BY d.received_at DESC, d.id DESC
     LIMIT $6`;

/** Places of letters that were not replayed, received first first. Index: as above. */
const READ_NOT_REPLAYED = `
    SELECT d.id::text AS id, ${micros('d.received_at')} AS received_at_us
      FROM health_dead_letters d
     WHERE d.replayed_at IS NULL
       AND ($1::text IS NULL OR d.reason = $1)
       AND ${inRange('d.received_at', '$2', '$3')}
       AND ($4::float8 IS NULL OR (d.received_at, d.id) > (to_timestamp($4 / 1e6), $5::bigint))
     ORDER BY d.received_at, d.id
     LIMIT $6`;

/** Index: the primary key. */
const READ_LETTER = `
    SELECT ${COLUMNS}, d.raw, substring(d.raw FROM 1 FOR ${String(PREVIEW_BYTES)}) AS preview
      FROM health_dead_letters d
     WHERE d.id = $1::bigint`;

/**
 * What could not be stored, for readers. Every method rejects with DatabaseUnavailableError within
 * 5 s where the database does not answer.
 */
@Injectable()
export class DeadLetterReadModel {
  constructor(private readonly database: Database) {}

  /** At most `limit` letters, those received last first. */
  async page(
    filter: DeadLetterFilter,
    after: DeadLetterPlace | null,
    limit: number,
  ): Promise<Page<PlacedDeadLetter>> {
    const rows = await this.database.read<PlacedDeadLetter>(READ_LETTERS, [
      filter.reason,
      filter.from,
      filter.to,
      after?.receivedAtUs ?? null,
      after?.id ?? null,
      limit + 1,
      filter.replayed,
    ]);
    return pageOf(rows, limit);
  }

  /** At most `limit` of those that were not replayed yet, received first first, without what they hold. */
  async notReplayed(
    filter: Omit<DeadLetterFilter, 'replayed'>,
    after: DeadLetterPlace | null,
    limit: number,
  ): Promise<Page<{ readonly id: string; readonly received_at_us: number }>> {
    const rows = await this.database.read<{ id: string; received_at_us: number }>(
      READ_NOT_REPLAYED,
      [
        filter.reason,
        filter.from,
        filter.to,
        after?.receivedAtUs ?? null,
        after?.id ?? null,
        limit + 1,
      ],
    );
    return pageOf(rows, limit);
  }

  /** One letter with all its bytes; null where there is none with this number. */
  async letter(id: string): Promise<(DeadLetterRecord & { readonly raw: Buffer }) | null> {
    const [row] = await this.database.read<DeadLetterRecord & { readonly raw: Buffer }>(
      READ_LETTER,
      [id],
    );
    return row ?? null;
  }
}
