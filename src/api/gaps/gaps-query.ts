import type { GapPlace } from '../../status/gap-read-model.js';
import { PageCursor } from '../paging/query-fields.js';
import { RangeQuery } from '../paging/range-query.js';
import { GAPS_CURSOR } from './gaps-cursor.js';

/** Gaps that share a moment with the range. */
export class GapsQuery extends RangeQuery {
  @PageCursor(GAPS_CURSOR)
  cursor: GapPlace | null = null;
}
