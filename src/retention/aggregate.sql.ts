import { HOURLY } from '../storage/hourly-aggregate.sql.js';

/** Statements that make and keep the continuous aggregate. Community edition only. */

interface Statement {
  readonly name: string;
  readonly text: string;
}

export const READ_AGGREGATE = {
  name: 'read_aggregate',
  text: `
    SELECT to_regclass('${HOURLY}') IS NOT NULL AS is_there,
           to_regclass('_timescaledb_catalog.continuous_aggs_materialization_ranges') IS NOT NULL
             AS has_ranges`,
};

const countOf = (status: string): string => `count(*) FILTER (WHERE status = '${status}')`;

/** What it holds adds up to what READ_BUCKETS counts, of any whole hours. Empty at first: its policy fills it. */
export const createAggregate = (schema: string): Statement => ({
  name: '',
  text: `
    CREATE MATERIALIZED VIEW ${HOURLY}
      WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
    SELECT service_name, ${schema}.time_bucket('1 hour', occurred_at) AS starts_at,
           count(*) AS total,
           ${countOf('healthy')} AS healthy,
           ${countOf('degraded')} AS degraded,
           ${countOf('unhealthy')} AS unhealthy,
           ${countOf('unknown')} AS unknown,
           ${countOf('left')} AS "left",
           count(response_time_ms) AS response_time_count,
           sum(CASE WHEN response_time_ms > 1e140 THEN 1e140 ELSE response_time_ms END)
             AS response_time_sum,
           min(response_time_ms) AS response_time_min,
           max(response_time_ms) AS response_time_max
      FROM health_messages
     GROUP BY 1, 2
      WITH NO DATA`,
});

/** How it is refreshed; no row where it is not. */
export const READ_REFRESH_POLICY = {
  name: 'read_refresh_policy',
  text: `
    SELECT (j.config ->> 'start_offset')::interval = make_interval(days => $1::integer)
             AND j.scheduled AS is_right
      FROM timescaledb_information.jobs j
     WHERE j.proc_name = 'policy_refresh_continuous_aggregate'
       AND j.hypertable_schema = current_schema() AND j.hypertable_name = '${HOURLY}'`,
};

export const removeRefreshPolicy = (schema: string): Statement => ({
  name: 'remove_refresh_policy',
  text: `SELECT ${schema}.remove_continuous_aggregate_policy('${HOURLY}')`,
});

/** All that is kept, but for the hour that is under way. */
export const addRefreshPolicy = (schema: string): Statement => ({
  name: 'add_refresh_policy',
  text: `
    SELECT ${schema}.add_continuous_aggregate_policy('${HOURLY}',
             start_offset => make_interval(days => $1::integer), end_offset => interval '1 hour',
             schedule_interval => interval '15 minutes')`,
});
