import { drive } from './driver/driver.js';
import { type Fingerprints, fingerprintsOf } from './driver/fingerprints.js';
import { Product } from './driver/product.js';
import { Stage } from './driver/stage.js';
import { readTables } from './driver/tables.js';
import { truthOfWorld } from './truth/world-truth.js';
import type { Check } from './verdict/check.js';
import { windowsOf } from './verdict/windows.js';
import { rebuildChangesNothing, rebuildGivesBack } from './verdict/rebuild.js';
import { verdictOf } from './verdict/verdict.js';
import type { World } from './world/world.js';

/** What came of one simulation. */
export interface Outcome {
  readonly sweepers: number;
  readonly events: number;
  readonly sweeps: number;
  /** Of the clock on the wall. */
  readonly seconds: number;
  readonly checks: readonly Check[];
  readonly fingerprints: Fingerprints;
}

/** Lets the product live through a world in a schema of its own, and compares what it says with the truth. */
export async function simulate(
  databaseUrl: string,
  schema: string,
  world: World,
  sweepers: number,
): Promise<Outcome> {
  const stage = await Stage.open(databaseUrl, schema);
  const products: Product[] = [];
  try {
    for (let nth = 1; nth <= sweepers; nth += 1) {
      products.push(await Product.open(stage.environment(`simulate-${String(nth)}`)));
    }
    const [first] = products;
    if (first === undefined) throw new RangeError('somebody has to sweep');
    const startMs = performance.now();
    const driven = await drive(stage, world, products);
    const seconds = (performance.now() - startMs) / 1_000;
    const tables = await readTables(stage, first.reader, windowsOf(world));
    const truth = truthOfWorld(world, driven.ledger, tables.removals);
    const checks = verdictOf({ world, driven, tables, truth });
    checks.push(await rebuildChangesNothing(first, world));
    const fingerprints = await fingerprintsOf(stage);
    checks.push(await rebuildGivesBack(stage, first, world));
    return {
      sweepers,
      events: driven.ledger.count,
      sweeps: driven.sweeps,
      seconds,
      checks,
      fingerprints,
    };
  } finally {
    for (const product of products) await product.close();
    await stage.close();
  }
}
