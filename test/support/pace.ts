import { setTimeout as pause } from 'node:timers/promises';

/**
 * Calls `send(0)`, `send(1)`, … `count` times, or until `signal` is aborted, at a steady rate, without
 * waiting for one before the next; a delay is caught up with. Resolves when all calls have; rejects
 * with the first that fails.
 */
export async function atRate(
  perSecond: number,
  count: number,
  send: (index: number) => Promise<unknown>,
  signal?: AbortSignal,
): Promise<void> {
  const startedMs = performance.now();
  const sending: Promise<unknown>[] = [];
  for (let index = 0; index < count && signal?.aborted !== true; index += 1) {
    const aheadMs = (index * 1_000) / perSecond - (performance.now() - startedMs);
    if (aheadMs > 0) await pause(aheadMs);
    sending.push(send(index));
  }
  await Promise.all(sending);
}
