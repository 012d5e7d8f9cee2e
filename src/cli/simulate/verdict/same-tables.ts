import type { FingerprintedTable, Fingerprints } from '../driver/fingerprints.js';
import { type Check, checkOf } from './check.js';

interface Swept {
  readonly sweepers: number;
  readonly fingerprints: Fingerprints;
}

/** However many sweep, they leave the same tables. Null where there is nothing to compare. */
export function sameTables(outcomes: readonly Swept[]): Check | null {
  const [first, ...others] = outcomes;
  if (first === undefined || others.length === 0) return null;
  const names = Object.keys(first.fingerprints) as FingerprintedTable[];
  const faults = others.flatMap(({ sweepers, fingerprints }) =>
    names
      .filter((name) => fingerprints[name] !== first.fingerprints[name])
      .map(
        (name) =>
          `${name} of ${String(sweepers)} sweepers is not that of ${String(first.sweepers)}`,
      ),
  );
  const counts = outcomes.map(({ sweepers }) => String(sweepers)).join(', ');
  return checkOf(
    'tables the same however many sweep',
    `${String(names.length)} tables of ${counts} sweepers, ${String(faults.length)} differ`,
    faults,
  );
}
