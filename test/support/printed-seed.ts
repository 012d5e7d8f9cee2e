import { randomInt } from 'node:crypto';
import fc from 'fast-check';

/** Makes all properties of a spec file run so often, from a seed that is printed, whether they hold or not. */
export function usePrintedSeed(what: string, numRuns: number): void {
  const seed = Number(process.env['HEALTH_TEST_SEED'] ?? randomInt(2 ** 31));
  fc.configureGlobal({ numRuns, seed });
  afterAll(() => {
    process.stderr.write(`${what}: ${String(numRuns)} runs each from seed ${String(seed)}\n`);
  });
}
