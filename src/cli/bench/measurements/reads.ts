import { setTimeout as delay } from 'node:timers/promises';
import { App } from '../app.js';
import { untilSubscribed } from '../closed-loop.js';
import { type FleetShape, serviceName } from '../fleet.js';
import type { Measurement, Taking } from '../measurement.js';
import { OpenLoop } from '../open-loop.js';
import { PATHS, read } from '../reading.js';
import type { Figure } from '../report/figures.js';
import { databaseSink, untilStored } from '../stored.js';

const SERVICES = 10_000;
const FLEET: FleetShape = { services: SERVICES, instancesPerService: 1 };
const PER_SECOND = 5_000;
const WARM_UP_SECONDS = 4;
const SECONDS = { quick: 15, full: 30 };
const DASHBOARDS_PER_SECOND = 7;
const UPTIMES_PER_SECOND = 20;

/** Reads while events come in, of as many services as are allowed by default. */
export const reads: Measurement = {
  name: 'reads',
  title: '10,000 services, 5,000 events/s',
  section: 'reads',
  frequency: { quick: 'each-if-asked', full: 'each' },
  seconds: { quick: 30, full: 50 },
  take,
};

async function take({ workspace, size, round, profileFolder }: Taking): Promise<Figure> {
  const target = await workspace.productTarget();
  const app = await App.start(workspace.services, target, profileFolder);
  try {
    await app.untilReady();
    await untilSubscribed(workspace, target, app.child);
    const sink = databaseSink(workspace, target, app.child);
    const publisher = await OpenLoop.start(workspace, target, FLEET, round);
    try {
      const span = { perSecond: PER_SECOND, probesPerSecond: 0 };
      await publisher.run({ ...span, seconds: SERVICES / PER_SECOND });
      await untilStored(sink, () => publisher.sent);
      const seconds = SECONDS[size];
      const publishing = publisher.run({ ...span, seconds: WARM_UP_SECONDS + seconds + 2 });
      await delay(WARM_UP_SECONDS * 1_000);
      const figure = await read(app, [
        {
          kind: 'dashboard',
          paths: [PATHS.dashboard],
          perSecond: DASHBOARDS_PER_SECOND,
          count: DASHBOARDS_PER_SECOND * seconds,
        },
        {
          kind: 'uptime',
          paths: Array.from({ length: SERVICES }, (_, at) => PATHS.uptime(serviceName(at))),
          perSecond: UPTIMES_PER_SECOND,
          count: UPTIMES_PER_SECOND * seconds,
        },
      ]);
      await publishing;
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
