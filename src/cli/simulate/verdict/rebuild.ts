import type { Product } from '../driver/product.js';
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
