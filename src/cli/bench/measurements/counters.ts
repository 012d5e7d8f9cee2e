import { Child } from '../child.js';
import { runClosedLoop } from '../closed-loop.js';
import type { Measurement } from '../measurement.js';
import { countingSink } from '../stored.js';

/** What is fast is measured for long enough, too. */
const EVENTS = { quick: 200_000, full: 500_000 };

/** A limit of what a subscriber can receive, in a process that stores nothing. */
const counting = (name: string, title: string, file: string): Measurement => ({
  name,
  title,
  section: 'throughput',
  frequency: { quick: 'each-if-asked', full: 'each' },
  seconds: { quick: 8, full: 16 },
  take: async ({ workspace, size, round }) => {
    const target = await workspace.productTarget();
    const child = Child.start(title, file, { args: [workspace.services.redisUrl, target.channel] });
    const load = {
      warmUpEvents: 20_000,
      windowEvents: 20_000,
      maxEvents: EVENTS[size],
      maxMs: Number.POSITIVE_INFINITY,
    };
    try {
      return await runClosedLoop(countingSink(workspace, child), target, load, round);
    } finally {
      await child.kill(); // Nest's would take its time, and has nothing to finish
    }
  },
});

export const counter = counting(
  'counter',
  'limit: a subscriber that counts',
  './processes/counting-subscriber.js',
);

export const nest = counting(
  'nest',
  'limit: Nest transport, empty handler',
  './processes/nest-counter.js',
);
