import type { Usage } from './process-usage.js';

/** One measurement of one round. */
export interface Figure {
  readonly events: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Processor time of the measured process per event; null where none was measured. */
  readonly cpuMicrosPerEvent: number | null;
  readonly maxRssBytes: number | null;
}

/** A moment of a measurement. */
export interface Mark {
  readonly atMs: number;
  readonly stored: number;
  readonly usage: Usage | null;
}

export function figureBetween(from: Mark, to: Mark): Figure {
  const events = to.stored - from.stored;
  const seconds = (to.atMs - from.atMs) / 1_000;
  return {
    events,
    seconds,
    perSecond: events / seconds,
    cpuMicrosPerEvent:
      from.usage === null || to.usage === null
        ? null
        : (to.usage.cpuMicros - from.usage.cpuMicros) / events,
    maxRssBytes: to.usage?.maxRssBytes ?? null,
  };
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
