import { REJECTION_REASONS, type RejectionReason } from '../../events/health-event.js';
import type { DeadLetterPlace } from '../../storage/dead-letter-read-model.js';
import { OneOf, PageCursor, PageLimit, RangeFrom, RangeTo } from '../paging/query-fields.js';
import { DEAD_LETTERS_CURSOR } from './dead-letters-cursor.js';

/** The range goes by the time of reception. */
export class DeadLettersQuery {
  @OneOf(REJECTION_REASONS, 'Only letters that were rejected for this.')
  reason: RejectionReason | null = null;

  @RangeFrom()
  from: number | null = null;

  @RangeTo()
  to: number | null = null;

  @PageLimit(1_000, 100)
  limit = 100;

  @PageCursor(DEAD_LETTERS_CURSOR)
  cursor: DeadLetterPlace | null = null;
}
