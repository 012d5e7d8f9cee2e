import { App } from '../app.js';
import { runClosedLoop, untilSubscribed } from '../closed-loop.js';
import { consumerStats, untilLevel } from '../consumer-stats.js';
import { STANDARD_FLEET } from '../fleet.js';
import { idleRssBytes } from '../idle.js';
import type { Measurement, Taking } from '../measurement.js';
import { OpenLoop, PROBE_SERVICE } from '../open-loop.js';
import type { Figure } from '../report/figures.js';
import { Sampler } from '../sampler.js';
import { databaseSink } from '../stored.js';
import { Visibility } from '../visibility.js';
import { liveLoad } from './live.js';

const TIMES = 10;
const SECONDS = { quick: 10, full: 60 };
const IDLE_SECONDS = { quick: 4, full: 20 };
const LIVE_EVENTS = { quick: 30_000, full: 100_000 };

/**
 * Ten times what the product can sustain, which is measured first, in the same process. What it cannot
 * take in, Redis or the product drops; that must show as a gap or in the counters, and the product must
 * be there afterwards.
 */
export const overload: Measurement = {
  name: 'overload',
  title: 'ten times the sustainable rate',
  section: 'overload',
  frequency: { quick: 'once-if-asked', full: 'once' },
  seconds: { quick: 40, full: 130 },
  take,
};

async function take({ workspace, size, round, profileFolder }: Taking): Promise<Figure> {
  const target = await workspace.productTarget();
  const app = await App.start(workspace.services, target, profileFolder);
  try {
    await app.untilReady();
    await untilSubscribed(workspace, target, app.child);
    const idle = await idleRssBytes(workspace, app, IDLE_SECONDS[size]);
    const sink = databaseSink(workspace, target, app.child);
    const load = liveLoad(LIVE_EVENTS[size]);
    const { eventsPerSecond = 0 } = await runClosedLoop(sink, target, load, round);
    const before = load.warmUpEvents + load.maxEvents;
    const publisher = await OpenLoop.start(workspace, target, STANDARD_FLEET, round);
    const sampler = new Sampler(workspace, app.child);
    try {
      const seconds = SECONDS[size];
      const offeredPerSecond = Math.ceil(TIMES * eventsPerSecond);
      const span = { perSecond: offeredPerSecond, seconds, probesPerSecond: 0 };
      const { sent } = await publisher.run(span, true);
      const endedMs = performance.now();
      await untilLevel(app);
      const backAfterSeconds = (performance.now() - endedMs) / 1_000;
      await assertGoesOn(app, publisher);
      const { stored } = await untilLevel(app);
      await sink.assertAll(stored);
      await assertToldOfLosses(app, before + publisher.sent - stored);
      const { maxRssBytes } = await sampler.stop();
      return {
        sustainedPerSecond: eventsPerSecond,
        offeredPerSecond,
        publishedPerSecond: sent / seconds,
        timesSustained: sent / seconds / eventsPerSecond,
        storedShare: (100 * (stored - before)) / publisher.sent,
        backAfterSeconds,
        idleRssBytes: idle,
        loadedRssBytes: maxRssBytes,
        overIdleBytes: maxRssBytes - idle,
      };
    } finally {
      await publisher.stop();
    }
  } finally {
    await app.stop();
  }
}

/** An event of afterwards becomes visible. */
async function assertGoesOn(app: App, publisher: OpenLoop): Promise<void> {
  const visibility = new Visibility(app.rest, PROBE_SERVICE);
  publisher.onProbe = (probe) => {
    visibility.expect(probe);
  };
  await publisher.run({ perSecond: 20, seconds: 2, probesPerSecond: 10 }, true);
  await visibility.end();
}

async function assertToldOfLosses(app: App, lost: number): Promise<void> {
  const { shed } = await consumerStats(app);
  if (lost < 0) throw new Error(`${-lost} rows more than events`);
  if (lost <= shed) return;
  const { text } = await app.rest.get('/api/v1/health/gaps');
  const { items } = JSON.parse(text) as { items: readonly unknown[] };
  if (items.length === 0) throw new Error(`${lost} events are missing, and no gap tells of it`);
}
