import type { Micros } from '../../../events/health-event.js';
import type { Step } from './reported.js';
import type { Rules } from './rules.js';
import type { ServiceStatus } from './service-truth.js';

/** How long a service was what, in µs. */
export type Durations = Readonly<Record<ServiceStatus | 'unobserved', Micros>>;

/** Within [fromUs, toUs): what falls into a gap was not observed, what lies before the first step is unknown. */
export function durationsOf(
  steps: readonly Step<ServiceStatus>[],
  { gaps }: Pick<Rules, 'gaps'>,
  fromUs: Micros,
  toUs: Micros,
): Durations {
  const durations = { healthy: 0, degraded: 0, unhealthy: 0, stale: 0, unknown: 0, unobserved: 0 };
  const edges = [
    fromUs,
    toUs,
    ...steps.map((step) => step.fromUs),
    ...gaps.flatMap((gap) => [gap.fromUs, gap.toUs]),
  ]
    .filter((atUs) => fromUs <= atUs && atUs <= toUs)
    .sort((a, b) => a - b);
  let nth = -1;
  for (const [index, atUs] of edges.entries()) {
    const untilUs = edges[index + 1];
    if (untilUs === undefined) break;
    while ((steps[nth + 1]?.fromUs ?? Infinity) <= atUs) nth += 1;
    const isInGap = gaps.some((gap) => gap.fromUs <= atUs && atUs < gap.toUs);
    durations[isInGap ? 'unobserved' : (steps[nth]?.status ?? 'unknown')] += untilUs - atUs;
  }
  return durations;
}
