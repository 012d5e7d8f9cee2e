/** How statements give times to readers, and take bounds from them: numbers since 1970. */

/** In floating point, exact to the microsecond until the year 2255; cheaper than the numeric of `extract`. */
export const micros = (column: string): string => `round(date_part('epoch', ${column}) * 1e6)`;

/** Whole milliseconds, rounded down. */
export const millis = (column: string): string => `floor(${micros(column)} / 1e3)`;

/** Half-open, by parameters in milliseconds; one that is null is no bound. */
export const inRange = (column: string, from: string, to: string): string =>
  `(${from}::float8 IS NULL OR ${column} >= to_timestamp(${from} / 1e3))
       AND (${to}::float8 IS NULL OR ${column} < to_timestamp(${to} / 1e3))`;
