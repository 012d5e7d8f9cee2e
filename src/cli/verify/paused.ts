import { FOLLOW_MS } from '../../consumer/pausing.js';
import { pause } from '../../runtime/backoff.js';
import type { Deployment } from './deployment.js';

const POLL_MS = 20;

export const PAUSED = 'the consumer is paused by an operator; POST /api/v1/health/consumer/resume';

/**
 * Another verification pauses the group, too, for a second: that is waited for, until all instances go on.
 * An operator's pause has no end and is not.
 */
export async function untilNotPausedByAnother(
  { journal }: Deployment,
  signal: AbortSignal,
): Promise<void> {
  let hasWaited = false;
  while ((await journal.isPausedForAWhile()) && (await pause(POLL_MS, signal))) hasWaited = true;
  if (hasWaited) await pause(FOLLOW_MS, signal);
}
