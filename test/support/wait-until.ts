import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 20;
const DEFAULT_DEADLINE_MS = 15_000;

/** How a condition is waited for. */
export interface WaitOptions {
  readonly deadlineMs?: number;
  readonly pollMs?: number;
  /** What the failure shows of the state at the deadline. */
  readonly describe?: () => unknown;
}

/**
 * Asks until the answer is neither `false`, `null` nor `undefined`, and returns it. Rejects at the
 * deadline, naming `what` and the last error of the condition, if it threw.
 */
export async function waitUntil<T>(
  what: string,
  condition: () => T | Promise<T>,
  { deadlineMs = DEFAULT_DEADLINE_MS, pollMs = POLL_MS, describe }: WaitOptions = {},
): Promise<NonNullable<T>> {
  const startedMs = performance.now();
  let problem: unknown;
  do {
    try {
      const answer = await condition();
      if (answer !== false && answer !== null && answer !== undefined) return answer;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    await pause(pollMs);
  } while (performance.now() - startedMs < deadlineMs);
  const state = describe === undefined ? '' : `; ${JSON.stringify(describe())}`;
  throw new Error(`not within ${deadlineMs} ms: ${what}${state}`, { cause: problem });
}
