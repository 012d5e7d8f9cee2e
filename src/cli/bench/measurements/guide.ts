import { Child } from '../child.js';
import { runClosedLoop } from '../closed-loop.js';
import type { Frequency, Measurement, Size } from '../measurement.js';
import { databaseSink } from '../stored.js';

/** It is slow: it is measured for a time, not for a number of events. */
const FOR_MS = { quick: 5_500, full: 10_000 };
/** More than it can store in the time given. */
const MAX_EVENTS_PER_SECOND = 8_000;

interface Baseline {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  /** Messages worked on at a time. */
  readonly concurrency: number;
  readonly frequency: Readonly<Record<Size, Frequency>>;
}

/** A baseline: the guide's design in this stack, fed by pub/sub. */
const baseline = ({ name, title, file, concurrency, frequency }: Baseline): Measurement => ({
  name,
  title,
  section: 'throughput',
  frequency,
  seconds: { quick: 9, full: 14 },
  take: async ({ workspace, size, round }) => {
    const target = await workspace.guideTarget();
    const { databaseUrl, redisUrl } = workspace.services;
    const consumer = Child.start(title, file, {
      args: [databaseUrl, redisUrl, target.schema, target.channel, String(concurrency)],
    });
    const load = {
      warmUpEvents: 1_000,
      windowEvents: 1_000,
      maxEvents: (MAX_EVENTS_PER_SECOND * FOR_MS[size]) / 1_000,
      maxMs: FOR_MS[size],
    };
    try {
      return await runClosedLoop(databaseSink(workspace, target, consumer), target, load, round);
    } finally {
      await consumer.kill();
    }
  },
});

const TUNED = './processes/guide-consumer.js';

export const guide = baseline({
  name: 'guide',
  title: "baseline: the guide's design",
  file: TUNED,
  concurrency: 8,
  frequency: { quick: 'each', full: 'each' },
});

export const guideOneAtATime = baseline({
  name: 'guide-1',
  title: 'baseline: the same, one at a time',
  file: TUNED,
  concurrency: 1,
  frequency: { quick: 'each-if-asked', full: 'each' },
});

export const usual = baseline({
  name: 'usual',
  title: 'baseline: the same, as usually written',
  file: './processes/usual-consumer.js',
  concurrency: 8,
  frequency: { quick: 'each-if-asked', full: 'each' },
});
