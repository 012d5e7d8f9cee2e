import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from './child.js';
import type { Mark } from './report/figures.js';
import type { Target, Workspace } from './workspace.js';

const POLL_MS = 20;
/** Nothing comes through for so long: something is broken. */
const STANDSTILL_MS = 30_000;

/** Where a measurement's events end, and the process that brings them there. */
export interface Sink {
  readonly workspace: Workspace;
  readonly child: Child;
  /** Events that have come through. */
  count(): Promise<number>;
  /** @throws Error where not exactly what was published came through: the figure is void. */
  assertAll(published: number): Promise<void>;
}

/** The database: the audit log's rows, by the counters that are committed with them. */
export const databaseSink = (workspace: Workspace, target: Target, child: Child): Sink => ({
  workspace,
  child,
  count: async () => await workspace.stored(target),
  assertAll: async (published) => {
    await assertRows(workspace, target, published);
  },
});

/** A process that stores nothing, and tells now and then how many it has received. */
export function countingSink(workspace: Workspace, child: Child): Sink {
  let count = 0;
  child.onMessage((message) => {
    if (typeof message !== 'object' || message === null || !('count' in message)) return;
    count = Number(message.count);
  });
  return {
    workspace,
    child,
    count: () => Promise.resolve(count),
    assertAll: (published) => {
      if (count === published) return Promise.resolve();
      throw new Error(`${published} events were published, ${count} were received`);
    },
  };
}

/**
 * Looks until at least `wanted` events have come through, which `onProgress` may raise; the mark's time
 * is that of the look that found them, at most 20 ms late.
 *
 * @throws Error where the process ends or nothing comes through for 30 s.
 */
export async function untilStored(
  sink: Sink,
  wanted: () => number,
  onProgress: (stored: number) => void = () => undefined,
): Promise<Mark> {
  let newest = -1;
  let movedMs = performance.now();
  for (;;) {
    const stored = await sink.count();
    const atMs = performance.now();
    sink.child.assertAlive();
    if (stored !== newest) {
      newest = stored;
      movedMs = atMs;
      onProgress(stored);
    } else if (atMs - movedMs > STANDSTILL_MS) {
      throw new Error(`${stored} of ${wanted()} events came through, and no more come`);
    }
    if (stored >= wanted()) {
      return { atMs, stored, usage: await sink.workspace.meter.usage(sink.child) };
    }
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
  if (rows !== published) throw new Error(`${published} events were published, ${rows} are rows`);
}
