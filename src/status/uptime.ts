import type { Micros } from '../events/health-event.js';
import type { Status } from '../events/status-vocabulary.js';

/** From this moment on the service has this status. */
export interface StatusFrom {
  readonly atUs: Micros;
  readonly status: Status;
}

/** Half-open; null: it lasts. */
export interface Interval {
  readonly fromUs: Micros;
  readonly toUs: Micros | null;
}

/** How long each status was held, in whole microseconds; all together fill the window. */
export type Durations = Readonly<Record<Status | 'unobserved', number>>;

/** What fills a window, in the order in which it is told. */
export const PARTS = [
  'healthy',
  'degraded',
  'unhealthy',
  'stale',
  'unknown',
  'unobserved',
] as const satisfies readonly (Status | 'unobserved')[];

/**
 * Sums up a window, half-open, change by change. Before the first change the status is unknown. Time in
 * a gap is unobserved, whatever was held then. In whole microseconds nothing is lost: the parts are the
 * window, exactly.
 */
export class UptimeSum {
  private readonly gaps: readonly ClosedInterval[];
  private readonly sums = Object.fromEntries(PARTS.map((part) => [part, 0])) as Record<
    (typeof PARTS)[number],
    number
  >;
  private status: Status = 'unknown';
  private atUs: Micros;
  private nextGap = 0;

  /** `gaps`: in any order, they may overlap. `fromUs` is not after `toUs`. */
  constructor(
    gaps: readonly Interval[],
    fromUs: Micros,
    private readonly toUs: Micros,
  ) {
    this.atUs = fromUs;
    this.gaps = union(gaps, toUs);
  }

  /** Changes come in order of time; those ahead of the window tell what it begins with. */
  change({ atUs, status }: StatusFrom): void {
    this.passTo(Math.min(atUs, this.toUs));
    this.status = status;
  }

  /** No change may follow. */
  total(): Durations {
    this.passTo(this.toUs);
    return this.sums;
  }

  private passTo(untilUs: Micros): void {
    if (untilUs <= this.atUs) return;
    const unobserved = this.unobservedUntil(untilUs);
    this.sums.unobserved += unobserved;
    this.sums[this.status] += untilUs - this.atUs - unobserved;
    this.atUs = untilUs;
  }

  private unobservedUntil(untilUs: Micros): number {
    let sum = 0;
    for (let gap = this.gaps[this.nextGap]; gap !== undefined; gap = this.gaps[this.nextGap]) {
      sum += Math.max(0, Math.min(gap.toUs, untilUs) - Math.max(gap.fromUs, this.atUs));
      if (gap.toUs > untilUs) break;
      this.nextGap += 1;
    }
    return sum;
  }
}

/** How long each status was held in a window; see {@link UptimeSum}. */
export function uptime(
  changes: readonly StatusFrom[],
  gaps: readonly Interval[],
  fromUs: Micros,
  toUs: Micros,
): Durations {
  const sum = new UptimeSum(gaps, fromUs, toUs);
  for (const change of changes) sum.change(change);
  return sum.total();
}

/**
 * The share of the time that was up, of the time for which it is known: (healthy + degraded) /
 * (healthy + degraded + unhealthy + stale). Null where there is none.
 */
export function uptimeRatio({ healthy, degraded, unhealthy, stale }: Durations): number | null {
  const up = healthy + degraded;
  const known = up + unhealthy + stale;
  return known === 0 ? null : up / known;
}

/**
 * In whole milliseconds, each less than one away from the exact figure, and with the same sum: not the
 * parts are rounded but the boundaries between them, laid end to end. The window is of whole
 * milliseconds.
 */
export function inMillis(durations: Durations): Durations {
  let [exact, rounded] = [0, 0];
  const parts = PARTS.map((part) => {
    exact += durations[part];
    const before = rounded;
    rounded = Math.round(exact / 1_000);
    return [part, rounded - before] as const;
  });
  return Object.fromEntries(parts) as Durations;
}

interface ClosedInterval {
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

/** In order of time, disjoint; what lasts, lasts to the end. */
function union(intervals: readonly Interval[], endUs: Micros): ClosedInterval[] {
  const merged: { fromUs: Micros; toUs: Micros }[] = [];
  for (const { fromUs, toUs } of [...intervals].sort((a, b) => a.fromUs - b.fromUs)) {
    const last = merged.at(-1);
    const untilUs = toUs ?? endUs;
    if (last !== undefined && fromUs <= last.toUs) last.toUs = Math.max(last.toUs, untilUs);
    else merged.push({ fromUs, toUs: untilUs });
  }
  return merged;
}
