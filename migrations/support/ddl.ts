import type { QueryRunner } from 'typeorm';

/**
 * Makes a hypertable without TimescaleDB's default index (each migration names its own). The
 * extension's functions are called by schema: the search path holds this application's schema only.
 */
export async function createHypertable(
  runner: QueryRunner,
  table: string,
  timeColumn: string,
  chunkInterval: string,
): Promise<void> {
  const { schema } = await readTimescale(runner);
  await runner.query(
    `SELECT ${schema}.create_hypertable(
       '${table}', '${timeColumn}',
       chunk_time_interval => interval '${chunkInterval}',
       create_default_indexes => false)`,
  );
}

/** Has TimescaleDB drop no more chunks of a table by itself. The Apache edition never does. */
export async function removePolicy(runner: QueryRunner, table: string): Promise<void> {
  const { schema, license } = await readTimescale(runner);
  if (license !== 'timescale') return;
  await runner.query(`SELECT ${schema}.remove_retention_policy('${table}', if_exists => true)`);
}

async function readTimescale(
  runner: QueryRunner,
): Promise<{ readonly schema: string; readonly license: string | null }> {
  const rows = (await runner.query(
    `SELECT extnamespace::regnamespace::text AS schema,
            current_setting('timescaledb.license', true) AS license
       FROM pg_extension WHERE extname = 'timescaledb'`,
  )) as { schema: string; license: string | null }[];
  const [row] = rows;
  if (row === undefined) throw new Error('the TimescaleDB extension is not installed');
  return row;
}

/** The table still holds rows, and the operator did not say that they may go. */
class TableNotEmptyError extends Error {
  override readonly name = 'TableNotEmptyError';

  constructor(readonly table: string) {
    super(`${table} still holds rows; give -- --force to drop it with them`);
  }
}

/** Session setting by which the revert command passes `--force` on to the migrations. */
export const FORCE_SETTING = 'health_monitor.force_drop';

/**
 * Drops a table; refuses one that holds rows unless {@link FORCE_SETTING} is `on`.
 *
 * @throws TableNotEmptyError
 */
export async function dropTable(runner: QueryRunner, table: string): Promise<void> {
  const rows = (await runner.query(
    `SELECT coalesce(current_setting('${FORCE_SETTING}', true), '') = 'on' AS force,
            EXISTS (SELECT FROM ${table}) AS filled`,
  )) as { force: boolean; filled: boolean }[];
  if (rows[0]?.filled === true && !rows[0].force) throw new TableNotEmptyError(table);
  await runner.query(`DROP TABLE ${table}`);
}
