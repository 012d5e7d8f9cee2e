import { type Check, listed, requirement } from './check.js';
import type { SchemaRights, TableRights } from './database.sql.js';

/** Of a schema as it is to be migrated. */
export interface RightsInSchema {
  readonly schema: string;
  readonly role: string;
  readonly rights: SchemaRights;
  /** Of our tables, those that are there. */
  readonly tables: readonly TableRights[];
  readonly hasPendingMigrations: boolean;
}

export function databaseRights(given: RightsInSchema): Check {
  const { schema, role, rights, tables, hasPendingMigrations } = given;
  const needed = requirement(
    'postgresql rights',
    'to make tables in the schema and to read and change their rows',
  );
  if (!rights.is_there) {
    return rights.can_create_schema
      ? needed.ok(`no schema "${schema}" yet, and the right to make it`)
      : needed.failed(
          `no schema "${schema}", and role "${role}" may not make it`,
          `run CREATE SCHEMA "${schema}" AUTHORIZATION "${role}" as the database's owner`,
        );
  }
  const missing = tables.filter((table) => table.missing.length > 0);
  if (!rights.can_use || missing.length > 0) {
    return needed.failed(
      rights.can_use
        ? `role "${role}" may not ${actionsOf(missing)} in ${listed(missing.map(({ name }) => name))}`
        : `role "${role}" may not use schema "${schema}"`,
      `give DATABASE_URL the role that owns the tables, or grant it: ` +
        `GRANT USAGE, CREATE ON SCHEMA "${schema}", ` +
        `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "${schema}" TO "${role}"`,
    );
  }
  if (hasPendingMigrations && !rights.can_create_tables) {
    return needed.failed(
      `role "${role}" may not make tables in schema "${schema}"`,
      `run GRANT CREATE ON SCHEMA "${schema}" TO "${role}"`,
    );
  }
  const others = tables.filter((table) => !table.is_own);
  const [other] = others;
  if (other !== undefined) {
    const found = `role "${role}" does not own ${listed(others.map(({ name }) => name))}`;
    const whatToDo = `migrate as "${other.owner}", or make that role a member: GRANT "${other.owner}" TO "${role}"`;
    return hasPendingMigrations ? needed.failed(found, whatToDo) : needed.warning(found, whatToDo);
  }
  return needed.ok(`role "${role}" with all of them in schema "${schema}"`);
}

function actionsOf(tables: readonly TableRights[]): string {
  return [...new Set(tables.flatMap(({ missing }) => missing))].join(', ');
}
