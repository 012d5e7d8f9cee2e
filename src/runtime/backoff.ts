import { setMaxListeners } from 'node:events';

/** No wait is longer, so that work resumes soon after a fault ends. */
export const MAX_BACKOFF_MS = 3_000;
const FIRST_BACKOFF_MS = 50;

/**
 * How long to wait before attempt `attempt + 1`: doubles from 50 ms to `maxMs`, half of it random, so
 * that many instances do not return at the same moment ("equal jitter", AWS Architecture Blog 2015).
 */
export function backoffMs(
  attempt: number,
  random: () => number = Math.random,
  maxMs = MAX_BACKOFF_MS,
): number {
  const ceiling = Math.min(maxMs, FIRST_BACKOFF_MS * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}

/**
 * Waits; resolves false at once when the signal aborts. Every statement has one that nearly always is
 * broken off, so it makes no error, as the pause of node:timers/promises does; and any number of them
 * may share a signal.
 */
export async function pause(ms: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted === true) return false;
  return await new Promise((resolve) => {
    const end = (isOver: boolean): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', breakOff);
      resolve(isOver);
    };
    const breakOff = (): void => {
      end(false);
    };
    const timer = setTimeout(end, ms, true);
    if (signal === undefined) return;
    setMaxListeners(0, signal);
    signal.addEventListener('abort', breakOff);
  });
}
