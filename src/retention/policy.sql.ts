/** Statements about TimescaleDB's own retention, of a table or continuous aggregate ($2). Community edition only. */

/** How TimescaleDB drops its chunks by itself; no row where it does not. */
export const READ_POLICY = {
  name: 'read_retention_policy',
  text: `
    SELECT j.job_id, (j.config ->> 'drop_after') AS drop_after,
           (j.config ->> 'drop_after')::interval = make_interval(days => $1::integer)
             AND j.scheduled AS is_right
      FROM timescaledb_information.jobs j
     WHERE j.proc_name = 'policy_retention'
       AND j.hypertable_schema = current_schema() AND j.hypertable_name = $2`,
};

/**
 * From now on events more than $1 days ago may be gone, and so is what a policy of an interval $2 dropped until
 * now, null: there was none. Index: the primary key.
 */
export const RECORD_POLICY = {
  name: 'record_policy',
  text: `
    INSERT INTO health_retention AS r (messages_from, policy_days)
    VALUES (now() - $2::interval, $1::integer)
    ON CONFLICT (is_only) DO UPDATE SET
      messages_from = greatest(r.messages_from, excluded.messages_from,
                               now() - make_interval(days => r.policy_days)),
      policy_days = excluded.policy_days
     WHERE r.policy_days IS DISTINCT FROM excluded.policy_days OR excluded.messages_from IS NOT NULL`,
};

/** No policy runs any more: what it dropped until now stays on record. Index: the primary key. */
export const RECORD_NO_POLICY = {
  name: 'record_no_policy',
  text: `
    UPDATE health_retention r SET
      messages_from = greatest(r.messages_from, now() - make_interval(days => r.policy_days)),
      policy_days = NULL
     WHERE r.policy_days IS NOT NULL`,
};

interface Statement {
  readonly name: string;
  readonly text: string;
}

export const removePolicy = (schema: string): Statement => ({
  name: 'remove_retention_policy',
  text: `SELECT ${schema}.remove_retention_policy($1::regclass)`,
});

/** Looks once an hour for what is older than $1 days. */
export const addPolicy = (schema: string): Statement => ({
  name: 'add_retention_policy',
  text: `
    SELECT ${schema}.add_retention_policy($2::regclass, make_interval(days => $1::integer),
             schedule_interval => interval '1 hour')`,
});
