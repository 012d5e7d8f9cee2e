import { PageLimit, RangeFrom, RangeTo } from './query-fields.js';

/** A page of what lies in a range of time; each list adds its filters and its cursor. */
export class RangeQuery {
  @RangeFrom()
  from: number | null = null;

  @RangeTo()
  to: number | null = null;

  @PageLimit(1_000, 100)
  limit = 100;
}
