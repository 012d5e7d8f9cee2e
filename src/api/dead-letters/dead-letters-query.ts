import { REJECTION_REASONS, type RejectionReason } from '../../events/health-event.js';
import type { DeadLetterPlace } from '../../storage/dead-letter-read-model.js';
import { OneOf, PageCursor, YesOrNo } from '../paging/query-fields.js';
import { RangeQuery } from '../paging/range-query.js';
import { DEAD_LETTERS_CURSOR } from './dead-letters-cursor.js';

/** The range goes by the time of reception. */
export class DeadLettersQuery extends RangeQuery {
  @OneOf(REJECTION_REASONS, 'Only letters that were rejected for this.')
  reason: RejectionReason | null = null;

  @YesOrNo('Only letters that were replayed, or only those that were not.')
  replayed: boolean | null = null;

  @PageCursor(DEAD_LETTERS_CURSOR)
  cursor: DeadLetterPlace | null = null;
}
