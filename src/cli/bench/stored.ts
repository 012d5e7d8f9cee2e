import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from './child.js';
import type { Mark } from './figures.js';
import type { Target, Workspace } from './workspace.js';

const POLL_MS = 20;
/** Nothing stored for so long: something is broken. */
const STANDSTILL_MS = 30_000;

/**
 * Watches the database until at least `wanted` events are stored, which `onProgress` may raise; the
 * mark's time is that of the look that found them, at most 20 ms late.
 *
 * @throws Error where the process ends or nothing is stored for 30 s.
 */
export async function untilStored(
  workspace: Workspace,
  target: Target,
  child: Child,
  wanted: () => number,
  onProgress: (stored: number) => void = () => undefined,
): Promise<Mark> {
  let newest = -1;
  let movedMs = performance.now();
  for (;;) {
    const stored = await workspace.stored(target);
    const atMs = performance.now();
    child.assertAlive();
    if (stored !== newest) {
      newest = stored;
      movedMs = atMs;
      onProgress(stored);
    } else if (atMs - movedMs > STANDSTILL_MS) {
      throw new Error(
        `${String(stored)} of ${String(wanted())} events are stored, and no more come`,
      );
    }
    if (stored >= wanted()) return { atMs, stored, usage: child.usage };
    await delay(POLL_MS);
  }
}

/** @throws Error where the audit log does not hold exactly what was published: the figure is void. */
export async function assertRows(
  workspace: Workspace,
  target: Target,
  published: number,
): Promise<void> {
  const rows = await workspace.rows(target);
  if (rows !== published) {
    throw new Error(`${String(published)} events were published, ${String(rows)} are rows`);
  }
}
