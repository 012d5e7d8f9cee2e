import { isoTimestampMs } from './iso-timestamp.js';

/** The last instant of an ECMAScript date, in milliseconds either side of 1970. */
export const MAX_TIMESTAMP_MS = 8.64e15;

/** Numbers below are seconds (until the year 5138), from here on milliseconds (since 1973). */
const FIRST_MILLISECONDS = 1e11;

const NUMERIC = /^[+-]?\d+(?:\.\d+)?$/;

/**
 * A publisher's time in whole milliseconds since 1970, rounded down; undefined where it is none. Takes
 * ISO-8601 text, and epoch seconds or milliseconds as a number or as decimal text.
 */
export function timestampMsOf(value: unknown): number | undefined {
  if (typeof value === 'number') return epochMs(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return isoTimestampMs(text) ?? (NUMERIC.test(text) ? epochMs(Number(text)) : undefined);
}

/**
 * Seconds are rounded to the microsecond first, which is as far as a double is good for today: 1700000000.123 s
 * times 1000 may come out just under the millisecond that was meant.
 */
function epochMs(value: number): number | undefined {
  const ms =
    Math.abs(value) < FIRST_MILLISECONDS
      ? Math.floor(Math.round(value * 1e6) / 1e3)
      : Math.floor(value);
  return Math.abs(ms) <= MAX_TIMESTAMP_MS ? ms + 0 : undefined;
}
