import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { backoffMs, MAX_BACKOFF_MS, pause } from './backoff.js';

const shortest = (attempt: number): number => backoffMs(attempt, () => 0);
const longest = (attempt: number): number => backoffMs(attempt, () => 1);

describe('the wait before another attempt', () => {
  it.each([
    [0, 25, 50],
    [1, 50, 100],
    [2, 100, 200],
    [5, 800, 1_600],
    [6, 1_500, 3_000],
    [7, 1_500, 3_000],
    [1_000_000, 1_500, 3_000],
    [Number.MAX_SAFE_INTEGER, 1_500, 3_000],
  ])('after attempt %d lies between %d and %d ms', (attempt, from, to) => {
    expect([shortest(attempt), longest(attempt)]).toEqual([from, to]);
  });

  it('is never longer than 3 s, and never none', () => {
    expect(MAX_BACKOFF_MS).toBe(3_000);
    const chance = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.nat(), chance, (attempt, drawn) => {
        const ms = backoffMs(attempt, () => drawn);
        expect(ms).toBeGreaterThan(0);
        expect(ms).toBeLessThanOrEqual(3_000);
        expect(Number.isInteger(ms)).toBe(true);
      }),
    );
  });

  it('differs by half of itself from one instance to the next', () => {
    fc.assert(
      fc.property(fc.nat({ max: 20 }), (attempt) => {
        expect(shortest(attempt) * 2).toBe(longest(attempt));
        expect(backoffMs(attempt, () => 0.5)).toBeGreaterThan(shortest(attempt));
      }),
    );
  });

  it('is random unless told otherwise', () => {
    const waits = new Set(Array.from({ length: 50 }, () => backoffMs(10)));
    expect(waits.size).toBeGreaterThan(1);
  });
});

describe('a pause', () => {
  const LONG_MS = 3_600_000;

  it('lasts and says that it did', async () => {
    await expect(pause(0)).resolves.toBe(true);
    await expect(pause(1, new AbortController().signal)).resolves.toBe(true);
  });

  it('ends at once when it is broken off, and says so', async () => {
    const breaking = new AbortController();
    const pausing = pause(LONG_MS, breaking.signal);
    breaking.abort();
    await expect(pausing).resolves.toBe(false);
  });

  it('may share its signal with many others, and leaves nothing behind on it', async () => {
    const breaking = new AbortController();
    const { signal } = breaking;
    const broken = Array.from({ length: 50 }, async () => await pause(LONG_MS, signal));
    await Promise.all(Array.from({ length: 50 }, async () => await pause(1, signal)));
    expect(getEventListeners(signal, 'abort')).toHaveLength(50);
    breaking.abort();
    expect(await Promise.all(broken)).toEqual(Array(50).fill(false));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('does not begin after the signal', async () => {
    await expect(pause(LONG_MS, AbortSignal.abort())).resolves.toBe(false);
  });
});
