const FIRST_RETRY_MS = 1_000;
/** A receiver that is back is told again within this time. */
const MAX_RETRY_MS = 30_000;
/** What happened longer ago is no news, and the outbox must not grow for ever. */
export const RETRY_FOR_MS = 3_600_000;

/**
 * How long after failed attempt number `attempts` (from 1) the next one is due: doubles from 1 s to
 * 30 s, half of it random ("equal jitter", AWS Architecture Blog 2015).
 */
export function retryDelayMs(attempts: number, random: () => number = Math.random): number {
  const exponent = Math.min(Math.max(attempts, 1) - 1, 10);
  const ceiling = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** exponent);
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}

/** Whether a change that was first due so long ago is given up when an attempt fails. */
export const isGivenUp = (ageMs: number): boolean => ageMs >= RETRY_FOR_MS;
