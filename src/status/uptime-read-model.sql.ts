import { micros, millis } from '../storage/time-columns.js';

/** By the database's clock, in whole milliseconds. */
export const READ_NOW = {
  name: 'read_now',
  text: `SELECT ${millis('statement_timestamp()')} AS now`,
};

/** What of the gaps may lie in a window ($1, $2), in microseconds. Index: health_gaps (started_at, id). */
export const READ_GAPS = {
  name: 'read_gaps_within',
  text: `
    SELECT ${micros('g.started_at')} AS started_at, ${micros('g.ended_at')} AS ended_at
      FROM health_gaps g
     WHERE g.started_at < to_timestamp($2::float8 / 1e6)
       AND (g.ended_at IS NULL OR g.ended_at > to_timestamp($1::float8 / 1e6))`,
};
