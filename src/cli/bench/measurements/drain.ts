import { drain as drainOnce } from '../draining.js';
import { type FleetShape, STANDARD_FLEET } from '../fleet.js';
import type { Frequency, Measurement, Size } from '../measurement.js';

const EVENTS = { quick: 100_000, full: 200_000 };
const WIDE_FLEET: FleetShape = { services: 2_000, instancesPerService: 5 };

const draining = (
  name: string,
  title: string,
  fleet: FleetShape,
  frequency: Readonly<Record<Size, Frequency>>,
  instances = 1,
): Measurement => ({
  name,
  title,
  section: 'throughput',
  frequency,
  seconds: { quick: 12, full: 20 },
  take: async ({ workspace, size, round, profileFolder }) =>
    await drainOnce(workspace, await workspace.productTarget(), {
      ...{ fleet, profileFolder, instances, events: EVENTS[size], seed: round },
    }),
});

export const drain = draining('drain', 'product: journal drain, 50 × 7', STANDARD_FLEET, {
  quick: 'each',
  full: 'each',
});

export const wideDrain = draining('drain-wide', 'product: journal drain, 2,000 × 5', WIDE_FLEET, {
  quick: 'each-if-asked',
  full: 'each',
});

const IF_ASKED = { quick: 'each-if-asked', full: 'each-if-asked' } as const;

/** On a machine of its own each would add; on one they show what sharing the journal costs. */
export const sharedDrains = [2, 3].map((instances) =>
  draining(
    `drain-by-${instances}`,
    `product: journal drain by ${instances} instances`,
    STANDARD_FLEET,
    IF_ASKED,
    instances,
  ),
);
