import { MAX_LETTERS, RATE_MINUTES } from './figures.js';

/**
 * What the alerts are judged by, in one row; $1: how old a letter may be, in seconds. Index: the one row
 * of the observation; health_gaps_open; self_preservation_open; health_accounting (minute, boot_id);
 * the primary key of the letters, whose numbers follow the order in which they were written.
 */
export const READ_FIGURES = `
    SELECT (SELECT date_part('epoch', clock_timestamp() - o.committed_at)
              FROM health_observation o) AS silent_seconds,
           (SELECT g.cause FROM health_gaps g WHERE g.ended_at IS NULL) AS gap_cause,
           (SELECT count(*)::integer FROM health_holds h
             WHERE h.outcome IS NULL
               AND EXISTS (SELECT FROM self_preservation p WHERE p.released_at IS NULL)) AS held,
           lately.processed, lately.dead_lettered,
           (SELECT count(*)::integer
              FROM (SELECT d.created_at, d.replayed_at FROM health_dead_letters d
                     ORDER BY d.id DESC LIMIT ${String(MAX_LETTERS)}) AS newest
             WHERE newest.replayed_at IS NULL
               AND newest.created_at > now() - $1::float8 * interval '1 second') AS new_letters
      FROM (SELECT coalesce(sum(a.read), 0)::float8 AS processed,
                   coalesce(sum(a.dead_lettered), 0)::float8 AS dead_lettered
              FROM health_accounting a
             WHERE a.minute > now() - interval '${String(RATE_MINUTES)} minutes') AS lately`;
