import { setTimeout as delay } from 'node:timers/promises';
import type { App } from './app.js';

const LEVEL_MS = 300_000;

interface Stats {
  readonly received: number;
  readonly journaled: number;
  readonly deduplicated: number;
  readonly shed: number;
  readonly stored: number;
  readonly in_flight: number;
  readonly journal_lag: number;
  readonly journal_pending: number;
}

export async function consumerStats(app: App): Promise<Stats> {
  const { status, text } = await app.rest.get('/api/v1/health/consumer/stats');
  if (status !== 200) throw new Error(`the app answers /consumer/stats with ${status}`);
  return JSON.parse(text) as Stats;
}

/** Waits until all that the app received is in the database, and nothing more comes. */
export async function untilLevel(app: App): Promise<Stats> {
  const startMs = performance.now();
  let receivedBefore = -1;
  for (;;) {
    app.child.assertAlive();
    const stats = await consumerStats(app);
    const inHand = stats.received - stats.journaled - stats.deduplicated - stats.shed;
    const open = [inHand, stats.in_flight, stats.journal_lag, stats.journal_pending];
    if (stats.received === receivedBefore && open.every((count) => count === 0)) return stats;
    if (performance.now() - startMs > LEVEL_MS) {
      throw new Error(`the app is not level after five minutes: ${JSON.stringify(stats)}`);
    }
    receivedBefore = stats.received;
    await delay(500);
  }
}
