import type { Usage } from '../usage.js';
import type { MetricName } from './metrics.js';

/** What one measurement gave in one round. */
export type Figure = Readonly<Partial<Record<MetricName, number>>>;

/** A moment of a measurement. */
export interface Mark {
  readonly atMs: number;
  readonly stored: number;
  readonly usage: Usage;
}

/** Rate and costs between two moments. */
export function figureBetween(from: Mark, to: Mark): Figure {
  const events = to.stored - from.stored;
  const seconds = (to.atMs - from.atMs) / 1_000;
  const costs = costsOf(from.usage, to.usage, events);
  return withoutNulls({
    events,
    seconds,
    eventsPerSecond: events / seconds,
    appCpuMicros: costs.app,
    postgresCpuMicros: costs.postgres,
    redisCpuMicros: costs.redis,
    maxRssBytes: to.usage.maxRssBytes,
  });
}

/** Processor time between two moments, of each process, by `divisor`; null where none was measured. */
export function costsOf(
  from: Usage,
  to: Usage,
  divisor: number,
): {
  readonly app: number | null;
  readonly postgres: number | null;
  readonly redis: number | null;
} {
  const by = (before: number | null, after: number | null): number | null =>
    before === null || after === null ? null : (after - before) / divisor;
  return {
    app: by(from.appMicros, to.appMicros),
    postgres: by(from.postgresMicros, to.postgresMicros),
    redis: by(from.redisMicros, to.redisMicros),
  };
}

export function withoutNulls(values: Readonly<Partial<Record<MetricName, number | null>>>): Figure {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Null for no values. The median of an even number is the mean of the middle two. */
export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = [...values].sort((a, b) => a - b);
  const lower = sorted[(sorted.length - 1) >> 1];
  const upper = sorted[sorted.length >> 1];
  const [min] = sorted;
  const max = sorted.at(-1);
  if (lower === undefined || upper === undefined || min === undefined || max === undefined) {
    return null;
  }
  return { median: (lower + upper) / 2, min, max };
}

/**
 * The smallest of the values that `share` of them do not exceed ("nearest rank"), so that it is a
 * value that was measured.
 *
 * @throws RangeError where there are no values.
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new RangeError('no values');
  return value;
}
