import type { DataSource } from 'typeorm';
import { MIGRATIONS_TABLE } from './data-source.js';

/** What a schema holds, as seen by a data source that works in it. */
export interface SchemaState {
  /** Names of the migrations that it has had, oldest first. */
  readonly executed: readonly string[];
  /** Names of those that it is still to have, in the order in which they will run. */
  readonly pending: readonly string[];
  /** Tables of our names that no migration of ours has made. */
  readonly foreignTables: readonly string[];
  /** Tables of ours that are not there although every migration has run. */
  readonly missingTables: readonly string[];
}

/** Needs nothing but the right to read the table of migrations, where there is one. */
export async function schemaState(dataSource: DataSource, schema: string): Promise<SchemaState> {
  const executed = await executedMigrations(dataSource);
  const known = dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name);
  const pending = known.filter((name) => !executed.includes(name));
  const names = tableNames(dataSource);
  const there = await tablesThere(dataSource, schema, names);
  return {
    executed,
    pending,
    foreignTables: executed.length > 0 ? [] : there,
    missingTables: pending.length > 0 ? [] : names.filter((name) => !there.includes(name)),
  };
}

/** Names of our tables. */
export const tableNames = (dataSource: DataSource): string[] =>
  dataSource.entityMetadatas.map(({ tableName }) => tableName);

export async function executedMigrations(dataSource: DataSource): Promise<string[]> {
  const exists = await dataSource.query<{ name: string | null }[]>(
    `SELECT to_regclass('${MIGRATIONS_TABLE}')::text AS name`,
  );
  if ((exists[0]?.name ?? null) === null) return [];
  const rows = await dataSource.query<{ name: string }[]>(
    `SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY timestamp`,
  );
  return rows.map(({ name }) => name);
}

/** A table of our name is ours only if the migration that creates it is on record. */
export async function foreignTables(dataSource: DataSource, schema: string): Promise<string[]> {
  if ((await executedMigrations(dataSource)).length > 0) return [];
  return await tablesThere(dataSource, schema, tableNames(dataSource));
}

async function tablesThere(
  dataSource: DataSource,
  schema: string,
  names: readonly string[],
): Promise<string[]> {
  const rows = await dataSource.query<{ name: string }[]>(
    `SELECT c.relname AS name
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = ANY ($2) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      ORDER BY c.relname COLLATE "C"`,
    [schema, names],
  );
  return rows.map(({ name }) => name);
}
