import { pause } from '../../runtime/backoff.js';
import { CheckFailed } from './checklist.js';

const POLL_MS = 20;

/**
 * Asks until there is an answer other than null, and resolves to it. `otherwise` says what is the
 * matter where there is none within the time.
 *
 * @throws CheckFailed
 */
export async function eventually<T>(
  limitMs: number,
  signal: AbortSignal,
  question: () => Promise<T | null>,
  otherwise: () => string | Promise<string>,
): Promise<T> {
  const startedMs = performance.now();
  for (;;) {
    const answer = await question();
    if (answer !== null) return answer;
    if (performance.now() - startedMs > limitMs) throw new CheckFailed(await otherwise());
    if (!(await pause(POLL_MS, signal))) throw new CheckFailed('interrupted');
  }
}
