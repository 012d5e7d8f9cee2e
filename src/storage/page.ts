/** A moment, in milliseconds since 1970. */
export type Millis = number;

/** Half-open; null: without a bound. */
export interface TimeRange {
  readonly from: Millis | null;
  readonly to: Millis | null;
}

/** A part of a list that is read by place (keyset), so that what is added meanwhile shifts nothing. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** There are more behind the last one. */
  readonly hasMore: boolean;
}

/** `rows`: one more than the page holds, where there are more. */
export const pageOf = <Item>(rows: readonly Item[], limit: number): Page<Item> => ({
  items: rows.length > limit ? rows.slice(0, limit) : rows,
  hasMore: rows.length > limit,
});
