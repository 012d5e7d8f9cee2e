import { IN_RANGE, PAGE, RAW_COUNTS } from './message-read-model.sql.js';
import { micros } from './time-columns.js';

/** The continuous aggregate: a service's events of one hour, counted. Community edition only. */
export const HOURLY = 'health_messages_hourly';

const COLUMNS = ['total', 'healthy', 'degraded', 'unhealthy', 'unknown', '"left"'] as const;

const asMicros = (moment: string): string => `(${micros(moment)})::bigint`;

/** Times of changes that the aggregate does not know yet, as TimescaleDB notes them: closed, in µs since 1970. */
const LOGS = ['materialization_invalidation_log', 'materialization_ranges'] as const;

const pending = (hasRanges: boolean): string =>
  [
    `SELECT l.lowest_modified_value AS from_us, l.greatest_modified_value AS to_us
         FROM _timescaledb_catalog.continuous_aggs_hypertable_invalidation_log l
         JOIN view ON l.hypertable_id = view.raw_hypertable_id`,
    ...LOGS.slice(0, hasRanges ? 2 : 1).map(
      (log) => `SELECT l.lowest_modified_value, l.greatest_modified_value
         FROM _timescaledb_catalog.continuous_aggs_${log} l
         JOIN view ON l.materialization_id = view.mat_hypertable_id`,
    ),
  ].join(`
       UNION ALL
       `);

/**
 * As READ_BUCKETS, but whole buckets of hours or days are summed from the aggregate where that is certain to be
 * what their events are: TimescaleDB logs each change below its threshold in the transaction that makes it, and
 * takes the note back in the one that counts anew. One statement sees one moment of all these. A bucket of
 * which the aggregate holds nothing is counted, too.
 *
 * Verified with the sources of TimescaleDB 2.19 to 2.28; `hasRanges`: it has the table of that name. Index:
 * of the aggregate (service_name, starts_at); else as there.
 */
export const readBucketsByHour = (hasRanges: boolean): string => `
    WITH RECURSIVE view AS (
      SELECT a.mat_hypertable_id, a.raw_hypertable_id, t.watermark AS known_us
        FROM _timescaledb_catalog.continuous_agg a
        JOIN _timescaledb_catalog.continuous_aggs_invalidation_threshold t
          ON t.hypertable_id = a.raw_hypertable_id
       WHERE a.user_view_schema = current_schema() AND a.user_view_name = '${HOURLY}'),
    pending AS MATERIALIZED (
       ${pending(hasRanges)}),
    ${PAGE},
    judged AS MATERIALIZED (
      SELECT page.starts_at,
             ($2::float8 IS NULL OR page.starts_at >= to_timestamp($2 / 1e3))
             AND ($3::float8 IS NULL OR page.starts_at + $4::interval <= to_timestamp($3 / 1e3))
             AND EXISTS (SELECT FROM view
                          WHERE view.known_us >= ${asMicros('page.starts_at + $4::interval')})
             AND NOT EXISTS (SELECT FROM pending
                              WHERE pending.from_us < ${asMicros('page.starts_at + $4::interval')}
                                AND pending.to_us >= ${asMicros('page.starts_at')}) AS is_certain
        FROM page)
    SELECT ${micros('judged.starts_at')} / 1e3 AS starts_at,
           ${COLUMNS.map((column) => `coalesce(hours.${column}, counted.${column}) AS ${column}`)
             .join(`,
           `)},
           coalesce(hours.response_time_min, counted.response_time_min) AS response_time_min,
           coalesce(hours.response_time_avg, counted.response_time_avg) AS response_time_avg,
           coalesce(hours.response_time_max, counted.response_time_max) AS response_time_max
      FROM judged
      LEFT JOIN LATERAL (
        SELECT ${COLUMNS.map((column) => `sum(h.${column})::float8 AS ${column}`).join(`,
               `)},
               min(h.response_time_min) AS response_time_min,
               sum(h.response_time_sum) / nullif(sum(h.response_time_count), 0) AS response_time_avg,
               max(h.response_time_max) AS response_time_max
          FROM ${HOURLY} h
         WHERE judged.is_certain AND h.service_name = $1
           AND h.starts_at >= judged.starts_at AND h.starts_at < judged.starts_at + $4::interval
        HAVING sum(h.total) > 0) AS hours ON true
     CROSS JOIN LATERAL (
       SELECT ${RAW_COUNTS}
         FROM health_messages m
        WHERE hours.total IS NULL AND ${IN_RANGE}
          AND m.occurred_at >= judged.starts_at
          AND m.occurred_at < judged.starts_at + $4::interval) AS counted
     ORDER BY judged.starts_at DESC`;
