import { App } from '../app.js';
import { untilSubscribed } from '../closed-loop.js';
import { STANDARD_FLEET } from '../fleet.js';
import type { Frequency, Measurement, Size, Taking } from '../measurement.js';
import { OpenLoop, PROBE_SERVICE } from '../open-loop.js';
import { costsOf, type Figure, percentile, withoutNulls } from '../report/figures.js';
import { diskBytes } from '../server-facts.js';
import { Sampler } from '../sampler.js';
import { databaseSink, untilStored } from '../stored.js';
import { idleRssBytes } from '../idle.js';
import type { Target, Workspace } from '../workspace.js';
import { Visibility } from '../visibility.js';

interface Lengths {
  readonly idleSeconds: number;
  readonly warmUpSeconds: number;
  /** In which nobody reads: costs and memory are those of the events alone. */
  readonly costSeconds: number;
  /** At least so many probes are waited for; of fewer than 1,000 there is no p99.9 to speak of. */
  readonly probes: number;
}

const LENGTHS: Readonly<Record<Size, Lengths>> = {
  quick: { idleSeconds: 4, warmUpSeconds: 3, costSeconds: 6, probes: 250 },
  full: { idleSeconds: 10, warmUpSeconds: 5, costSeconds: 15, probes: 1_000 },
};
const MAX_PROBES_PER_SECOND = 30;
const NEVER_QUICK = { quick: 'each-if-asked', full: 'each' } as const;
const ASKED = { quick: 'each-if-asked', full: 'each-if-asked' } as const;

/** The rates of the table in docs/operations.md. */
export const CAPACITY_RATES = [30, 300, 1_000, 5_000] as const;

/** Name of the measurement at a rate. */
export const steadyName = (perSecond: number): string => `steady-${perSecond}`;

const probesPerSecond = (perSecond: number): number =>
  Math.min(MAX_PROBES_PER_SECOND, perSecond / 2);

/** The product under a load that does not wait for it: what it costs, and when an event is visible. */
const steady = (perSecond: number, frequency: Readonly<Record<Size, Frequency>>): Measurement => ({
  name: steadyName(perSecond),
  title: `${perSecond.toLocaleString('en')} events/s`,
  section: 'steady',
  frequency,
  seconds: { quick: secondsOf(LENGTHS.quick, perSecond), full: secondsOf(LENGTHS.full, perSecond) },
  take: async (taking) => await take(taking, perSecond),
});

const secondsOf = (lengths: Lengths, perSecond: number): number =>
  lengths.idleSeconds +
  lengths.warmUpSeconds +
  lengths.costSeconds +
  lengths.probes / probesPerSecond(perSecond) +
  8;

export const steadyLoads: readonly Measurement[] = [
  steady(30, NEVER_QUICK),
  steady(300, ASKED),
  steady(1_000, { quick: 'once', full: 'each' }),
  steady(5_000, ASKED),
  steady(10_000, NEVER_QUICK),
];

async function take(
  { workspace, size, round, profileFolder }: Taking,
  perSecond: number,
): Promise<Figure> {
  const lengths = LENGTHS[size];
  const target = await workspace.productTarget();
  const app = await App.start(workspace.services, target, profileFolder);
  try {
    await app.untilReady();
    await untilSubscribed(workspace, target, app.child);
    const idle = await idleRssBytes(workspace, app, lengths.idleSeconds);
    const publisher = await OpenLoop.start(workspace, target, STANDARD_FLEET, round);
    try {
      const span = { perSecond, probesPerSecond: 0 };
      await publisher.run({ ...span, seconds: lengths.warmUpSeconds });
      const costs = await costFigure(workspace, target, app, publisher, {
        ...{ ...span, seconds: lengths.costSeconds },
      });
      const latencies = await latencyFigure(app, publisher, perSecond, lengths.probes);
      const sink = databaseSink(workspace, target, app.child);
      await untilStored(sink, () => publisher.sent);
      await sink.assertAll(publisher.sent);
      const overIdleBytes = (costs.loadedRssBytes ?? Number.NaN) - idle;
      return { ...costs, ...latencies, idleRssBytes: idle, overIdleBytes };
    } finally {
      await publisher.stop();
    }
  } finally {
    await app.stop();
  }
}

async function costFigure(
  workspace: Workspace,
  target: Target,
  app: App,
  publisher: OpenLoop,
  span: { readonly perSecond: number; readonly seconds: number; readonly probesPerSecond: number },
): Promise<Figure> {
  const sampler = new Sampler(workspace, app.child);
  const diskBefore = await diskBytes(workspace, target);
  const storedBefore = await workspace.stored(target);
  const from = { atMs: performance.now(), usage: await workspace.meter.usage(app.child) };
  await publisher.run(span);
  const to = { atMs: performance.now(), usage: await workspace.meter.usage(app.child) };
  const costs = costsOf(from.usage, to.usage, (to.atMs - from.atMs) * 10);
  const stored = (await workspace.stored(target)) - storedBefore;
  const grownBytes = (await diskBytes(workspace, target)) - diskBefore;
  const { maxRssBytes, maxConnections } = await sampler.stop();
  return withoutNulls({
    appCpuPercent: costs.app,
    postgresCpuPercent: costs.postgres,
    redisCpuPercent: costs.redis,
    loadedRssBytes: maxRssBytes,
    connections: maxConnections,
    diskBytesPerEvent: grownBytes / stored,
  });
}

async function latencyFigure(
  app: App,
  publisher: OpenLoop,
  perSecond: number,
  probes: number,
): Promise<Figure> {
  const visibility = new Visibility(app.rest, PROBE_SERVICE);
  publisher.onProbe = (probe) => {
    visibility.expect(probe);
  };
  const { sent, due, lateP99Ms } = await publisher.run({
    perSecond,
    seconds: probes / probesPerSecond(perSecond),
    probesPerSecond: probesPerSecond(perSecond),
  });
  if (sent < due * 0.99) {
    throw new Error(`the publisher sent ${sent} of the ${due} events that were due: no figure`);
  }
  const latenciesMs = await visibility.end();
  return {
    latencyP50Ms: percentile(latenciesMs, 0.5),
    latencyP99Ms: percentile(latenciesMs, 0.99),
    latencyP999Ms: percentile(latenciesMs, 0.999),
    lateP99Ms,
  };
}
