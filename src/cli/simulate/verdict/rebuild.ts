import { SNAPSHOTS } from '../../../status/rebuild.sql.js';
import type { Product } from '../driver/product.js';
import type { Stage } from '../driver/stage.js';
import type { World } from '../world/world.js';
import { type Check, checkOf } from './check.js';

/** What is kept is what follows from the audit log: computing it anew changes no row. */
export async function rebuildChangesNothing(product: Product, { services }: World): Promise<Check> {
  const faults: string[] = [];
  for (const { name } of services) {
    for (const { table, key, was, is } of await product.rebuilt(name)) {
      faults.push(`${name}: ${key} of ${table} is «${String(was)}», rebuilt «${String(is)}»`);
    }
  }
  return checkOf(
    'a rebuild changes nothing',
    `${String(services.length)} services, ${String(faults.length)} rows differ`,
    faults,
  );
}

/** Without the tables that follow from the audit log, they follow from it again. Destroys them. */
export async function rebuildGivesBack(
  stage: Stage,
  product: Product,
  { services }: World,
): Promise<Check> {
  const before = await rowsOf(stage, services);
  await stage.rows(`TRUNCATE ${Object.keys(SNAPSHOTS).join(', ')}`);
  for (const { name } of services) await product.rebuildAnew(name);
  const after = await rowsOf(stage, services);
  const lost = [...before].filter((row) => !after.has(row)).map((row) => `lost: ${row}`);
  const made = [...after].filter((row) => !before.has(row)).map((row) => `new: ${row}`);
  return checkOf(
    'emptied tables are given back row for row',
    `${before.size.toLocaleString('en')} rows of ${String(Object.keys(SNAPSHOTS).length)} tables`,
    [...lost, ...made],
  );
}

async function rowsOf(stage: Stage, services: World['services']): Promise<Set<string>> {
  const rows = new Set<string>();
  for (const [table, text] of Object.entries(SNAPSHOTS)) {
    for (const { name } of services) {
      const found = await stage.rows<{ key: string; value: string }>(text, [name]);
      for (const { key, value } of found) rows.add(`${table}: ${key}: ${value}`);
    }
  }
  return rows;
}
