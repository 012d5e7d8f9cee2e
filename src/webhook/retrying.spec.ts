import { isGivenUp, RETRY_FOR_MS, retryDelayMs } from './retrying.js';

const DELAYS: readonly [attempts: number, leastMs: number, mostMs: number][] = [
  [0, 500, 1_000],
  [1, 500, 1_000],
  [2, 1_000, 2_000],
  [3, 2_000, 4_000],
  [4, 4_000, 8_000],
  [5, 8_000, 16_000],
  [6, 15_000, 30_000],
  [7, 15_000, 30_000],
  [1_000_000, 15_000, 30_000],
];

describe('after a failed attempt', () => {
  it.each(DELAYS)('number %i the next is due in %i to %i ms', (attempts, leastMs, mostMs) => {
    expect(retryDelayMs(attempts, () => 0)).toBe(leastMs);
    expect(retryDelayMs(attempts, () => 1)).toBe(mostMs);
    const delayMs = retryDelayMs(attempts);
    expect(delayMs).toBeGreaterThanOrEqual(leastMs);
    expect(delayMs).toBeLessThanOrEqual(mostMs);
  });

  it.each([
    [0, false],
    [RETRY_FOR_MS - 1, false],
    [RETRY_FOR_MS, true],
    [RETRY_FOR_MS * 5, true],
  ])('a change %i ms old is given up: %s', (ageMs, isOver) => {
    expect(isGivenUp(ageMs)).toBe(isOver);
  });
});
