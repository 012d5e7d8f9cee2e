import { micros } from '../storage/time-columns.js';

/**
 * Statements of `health_observation` (one row, its primary key) and `health_gaps` (at most one is open:
 * index health_gaps_open). Times as microseconds; `committed_at` is by the database's own clock.
 */

/** Nothing is there before the first heartbeat: the line begins where services were heard last. */
export const BEGIN_OBSERVATION = {
  name: 'begin_observation',
  text: `
    INSERT INTO health_observation (covered_through, committed_at)
    SELECT coalesce(max(s.last_seen), to_timestamp($1 / 1e6)), clock_timestamp()
      FROM service_status s
     WHERE s.last_seen < to_timestamp($1 / 1e6)
    ON CONFLICT (is_only) DO NOTHING`,
};

/** No lock: for a look that mostly finds all well. */
export const READ_SILENCE = {
  name: 'read_silence',
  text: `
    SELECT (date_part('epoch', clock_timestamp() - o.committed_at) * 1000)::float8 AS silent_ms
      FROM health_observation o
     WHERE NOT EXISTS (SELECT FROM health_gaps g WHERE g.ended_at IS NULL)`,
};

export const LOCK_OBSERVATION = {
  name: 'lock_observation',
  text: `
    SELECT ${micros('o.covered_through')} AS covered_through,
           (date_part('epoch', clock_timestamp() - o.committed_at) * 1000)::float8 AS silent_ms
      FROM health_observation o
       FOR UPDATE`,
};

/** After the lock: a statement of its own sees what the one who held it before has committed. */
export const READ_OPEN_GAP = {
  name: 'read_open_gap',
  text: `
    SELECT ${micros('g.started_at')} AS started_at, g.cause
      FROM health_gaps g
     WHERE g.ended_at IS NULL`,
};

export const MOVE_OBSERVATION = {
  name: 'move_observation',
  text: `
    UPDATE health_observation
       SET covered_through = to_timestamp($1 / 1e6), committed_at = clock_timestamp()`,
};

export const OPEN_GAP = {
  name: 'open_gap',
  text: `
    INSERT INTO health_gaps (started_at, cause) VALUES (to_timestamp($1 / 1e6), $2)
    ON CONFLICT ((true)) WHERE ended_at IS NULL DO NOTHING
    RETURNING id`,
};

export const CLOSE_GAP = {
  name: 'close_gap',
  text: `
    UPDATE health_gaps
       SET ended_at = to_timestamp($1 / 1e6), cause = $2, lost_count = $3
     WHERE ended_at IS NULL`,
};

/** Told again after a redelivery, a gap stays one. Index: health_gaps (started_at, id). */
export const INSERT_GAP = {
  name: 'insert_gap',
  text: `
    INSERT INTO health_gaps (started_at, ended_at, cause, lost_count)
    SELECT to_timestamp($1 / 1e6), to_timestamp($2 / 1e6), $3, $4
     WHERE NOT EXISTS (SELECT FROM health_gaps g
                        WHERE g.started_at = to_timestamp($1 / 1e6)
                          AND g.ended_at = to_timestamp($2 / 1e6)
                          AND g.cause = $3)
    RETURNING id`,
};
