import { App } from '../app.js';
import { runClosedLoop } from '../closed-loop.js';
import type { Measurement } from '../measurement.js';
import { databaseSink } from '../stored.js';

const EVENTS = { quick: 60_000, full: 200_000 };

/** As fast as it stores, and no more than the subscriber of Redis may be behind. */
export const liveLoad = (events: number) => ({
  warmUpEvents: 10_000,
  // Redis drops a subscriber that is 8 MB behind for a minute: 20,000 events are 7 MB.
  windowEvents: 20_000,
  maxEvents: events,
  maxMs: Number.POSITIVE_INFINITY,
});

/** The product, from PUBLISH through Nest's transport and the journal to the row. */
export const live: Measurement = {
  name: 'live',
  title: 'product: live pub/sub, 50 × 7',
  section: 'throughput',
  frequency: { quick: 'each', full: 'each' },
  seconds: { quick: 11, full: 24 },
  take: async ({ workspace, size, round, profileFolder }) => {
    const target = await workspace.productTarget();
    const app = await App.start(workspace.services, target, profileFolder);
    try {
      const sink = databaseSink(workspace, target, app.child);
      return await runClosedLoop(sink, target, liveLoad(EVENTS[size]), round);
    } finally {
      await app.stop();
    }
  },
};
