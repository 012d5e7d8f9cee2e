import { App } from '../app.js';
import { untilSubscribed } from '../closed-loop.js';
import { drain } from '../draining.js';
import { fill } from '../filling.js';
import { type FleetShape, serviceName, STANDARD_FLEET } from '../fleet.js';
import type { Frequency, Measurement, Taking } from '../measurement.js';
import { OpenLoop } from '../open-loop.js';
import { PATHS, read, type Reading } from '../reading.js';
import { type Figure, spreadOf } from '../report/figures.js';
import { databaseSink, untilStored } from '../stored.js';
import type { Target } from '../workspace.js';

/** Drains of a full and of an empty table, in turn. */
const PAIRS = { quick: 1, full: 3 };
const DRAIN_EVENTS = { quick: 60_000, full: 200_000 };
/** While it is read. */
const PER_SECOND = 1_000;
/** Promises no next event: its instances do not turn stale when only the history is looked at. */
const SILENT_FLEET: FleetShape = { ...STANDARD_FLEET, ttlSeconds: 0 };
const DAYS_MS = 30 * 86_400_000;
/** So that nothing of the present is asked for twice, and the same. */
const UP_TO_MS = 60_000;

/** The product with a history: how fast it takes events in, and what reads of all of it take. */
const growth = (millions: number, quick: Frequency): Measurement => ({
  name: growthName(millions),
  title: `${millions} million rows`,
  section: 'growth',
  frequency: { quick, full: 'once' },
  seconds: { quick: 60 + millions * 20, full: 190 + millions * 25 },
  take: async (taking) => await take(taking, Math.round(millions * 1e6)),
});

/** Name of the measurement at a number of rows. */
const growthName = (millions: number): string => `growth-${millions}`;

/** Of any number of million rows, for who asks for it. */
export const growthOf = (millions: number): Measurement => growth(millions, 'once');

export const growths: readonly Measurement[] = [
  growth(1, 'once-if-asked'),
  growth(10, 'once-if-asked'),
];

async function take(taking: Taking, rows: number): Promise<Figure> {
  const { workspace, size, round, profileFolder } = taking;
  const full = await workspace.productTarget('_grown');
  await fill(workspace.services.databaseUrl, full.schema, rows, SILENT_FLEET, round);
  const ratios: number[] = [];
  const rates: number[] = [];
  for (let pair = 0; pair < PAIRS[size]; pair += 1) {
    const drained = {
      events: DRAIN_EVENTS[size],
      fleet: STANDARD_FLEET,
      seed: round * PAIRS[size] + pair,
      profileFolder,
    };
    const empty = await drain(workspace, await workspace.productTarget(), drained);
    const grown = await drain(workspace, await workspace.again(full), drained);
    rates.push(grown.eventsPerSecond ?? Number.NaN);
    ratios.push((grown.eventsPerSecond ?? Number.NaN) / (empty.eventsPerSecond ?? Number.NaN));
  }
  return {
    eventsPerSecond: spreadOf(rates)?.median ?? Number.NaN,
    toEmpty: spreadOf(ratios)?.median ?? Number.NaN,
    ...(await readUnderLoad(taking, await workspace.again(full))),
  };
}

async function readUnderLoad(
  { workspace, size, round, profileFolder }: Taking,
  target: Target,
): Promise<Figure> {
  const app = await App.start(workspace.services, target, profileFolder);
  try {
    await app.untilReady();
    await untilSubscribed(workspace, target, app.child);
    const publisher = await OpenLoop.start(workspace, target, STANDARD_FLEET, round);
    try {
      const readings = readingsOf(size === 'quick' ? 0.2 : 1);
      const seconds = readings.reduce((sum, { count, perSecond }) => sum + count / perSecond, 5);
      const span = { perSecond: PER_SECOND, seconds, probesPerSecond: 0 };
      const publishing = publisher.run(span);
      let figure: Figure = {};
      for (const reading of readings) {
        const { refusedPercent = 0, ...times } = await read(app, [reading]);
        const worst = Math.max(figure.refusedPercent ?? 0, refusedPercent);
        figure = { ...figure, ...times, refusedPercent: worst };
      }
      await publishing;
      const sink = databaseSink(workspace, target, app.child);
      await untilStored(sink, () => publisher.sent);
      await sink.assertAll(publisher.sent);
      return figure;
    } finally {
      await publisher.stop();
    }
  } finally {
    await app.stop();
  }
}

/** Each kind by itself, so that none is slower for another. `share`: of the looks of a full run. */
function readingsOf(share: number): Reading[] {
  const services = Array.from({ length: STANDARD_FLEET.services }, (_, at) => serviceName(at));
  const toMs = Date.now() - UP_TO_MS;
  const [from, to] = [toMs - DAYS_MS, toMs].map((ms) => new Date(ms).toISOString());
  const history = (service: string): string => PATHS.history(service, from ?? '', to ?? '');
  return [
    { kind: 'dashboard', paths: [PATHS.dashboard], perSecond: 10, count: 200 * share },
    { kind: 'uptime', paths: services.map(PATHS.uptime), perSecond: 15, count: 300 * share },
    { kind: 'messages', paths: services.map(PATHS.messages), perSecond: 20, count: 300 * share },
    { kind: 'history', paths: services.map(history), perSecond: 0.5, count: 30 * share },
  ];
}
