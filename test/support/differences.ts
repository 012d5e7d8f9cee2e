import { isDeepStrictEqual } from 'node:util';

const SHOWN = 5;

export interface Differences {
  readonly actualCount: number;
  readonly expectedCount: number;
  /** Places that differ, of the longer list. */
  readonly differing: number;
  /** The first of them. */
  readonly first: readonly {
    readonly at: number;
    readonly actual: unknown;
    readonly expected: unknown;
  }[];
}

/**
 * Compares long lists place by place: null where they are equal, else a summary short enough to be
 * read. (A test runner's own diff of tens of thousands of items takes minutes.)
 */
export function differences(
  actual: readonly unknown[],
  expected: readonly unknown[],
): Differences | null {
  const length = Math.max(actual.length, expected.length);
  const places = Array.from({ length }, (_, at) => at).filter(
    (at) => !isDeepStrictEqual(actual[at], expected[at]),
  );
  if (places.length === 0) return null;
  return {
    actualCount: actual.length,
    expectedCount: expected.length,
    differing: places.length,
    first: places.slice(0, SHOWN).map((at) => ({ at, actual: actual[at], expected: expected[at] })),
  };
}
