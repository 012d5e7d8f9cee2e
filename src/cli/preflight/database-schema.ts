import type { SchemaState } from '../../storage/schema-state.js';
import { type Check, listed, requirement } from './check.js';

/** Tables that are cut into chunks; the others are plain. */
export const HYPERTABLE_NAMES = ['health_messages', 'health_transitions'] as const;

/** @param hypertables names of those that are in the schema */
export function databaseSchema(
  schema: string,
  state: SchemaState,
  hypertables: readonly string[],
): Check {
  const needed = requirement('database schema', 'tables of this product, or none of their names');
  if (state.foreignTables.length > 0) {
    return needed.failed(
      `schema "${schema}" holds ${listed(state.foreignTables)} of another application`,
      'set DATABASE_SCHEMA to a schema of its own',
    );
  }
  const { executed, pending, missingTables } = state;
  if (missingTables.length > 0) {
    return needed.failed(
      `schema "${schema}" is migrated and has no ${listed(missingTables)}`,
      'restore the schema from a backup: somebody dropped them',
    );
  }
  if (pending.length > 0) {
    return needed.ok(
      `schema "${schema}" with ${String(executed.length)} migrations done and ` +
        `${String(pending.length)} to run, by npm run db:migrate or by the first instance`,
    );
  }
  const plain = HYPERTABLE_NAMES.filter((name) => !hypertables.includes(name));
  if (plain.length > 0) {
    return needed.failed(
      `schema "${schema}" has ${listed(plain)} as plain tables`,
      'restore the schema as it was: a dump of hypertables wants timescaledb_pre_restore()',
    );
  }
  return needed.ok(`schema "${schema}" up to date, ${String(hypertables.length)} hypertables`);
}
