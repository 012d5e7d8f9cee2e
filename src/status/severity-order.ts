import type { Status } from '../events/status-vocabulary.js';
import { type Page, pageOf } from '../storage/page.js';
import { SEVERITY } from './aggregation.js';
import type { ServiceRecord } from './service-record.js';

/** A place in the order «worst first, then name». */
export interface SeverityPlace {
  readonly status: Status;
  readonly name: string;
}

/** How many services have each status. */
export type StatusCounts = Readonly<Partial<Record<Status, number>>>;

interface Placed {
  readonly key: string;
  readonly record: ServiceRecord;
}

/**
 * All services, worst first, then by name in the order of code points, as collation "C" has them.
 * Never changes: {@link with} makes another one, in time linear in the number of services.
 */
export class SeverityOrder {
  static readonly EMPTY = new SeverityOrder([]);

  private constructor(private readonly placed: readonly Placed[]) {}

  get size(): number {
    return this.placed.length;
  }

  get counts(): StatusCounts {
    const counts: Partial<Record<Status, number>> = {};
    for (const { record } of this.placed) {
      counts[record.current_status] = (counts[record.current_status] ?? 0) + 1;
    }
    return counts;
  }

  /** With these instead of what it has under their names; no two of them have one name. */
  with(records: readonly ServiceRecord[]): SeverityOrder {
    if (records.length === 0) return this;
    const names = new Set(records.map(({ service_name }) => service_name));
    const kept = this.placed.filter(({ record }) => !names.has(record.service_name));
    const added = records.map((record) => ({ key: keyOf(placeOf(record)), record })).sort(byKey);
    return new SeverityOrder(kept.concat(added).sort(byKey)); // two sorted runs: merged, not sorted
  }

  /** At most `limit` services, those behind `after` where it is given. */
  page(after: SeverityPlace | null, limit: number): Page<ServiceRecord> {
    const key = after === null ? '' : keyOf(after);
    const found = this.placed.findIndex((placed) => placed.key > key);
    const start = found === -1 ? this.placed.length : found;
    const rows = this.placed.slice(start, start + limit + 1).map(({ record }) => record);
    return pageOf(rows, limit);
  }
}

export const placeOf = (record: ServiceRecord): SeverityPlace => ({
  status: record.current_status,
  name: record.service_name,
});

/** No two services have the same key. */
const byKey = (a: Placed, b: Placed): number => (a.key < b.key ? -1 : 1);

/** Two places compare as their keys do. */
const keyOf = ({ status, name }: SeverityPlace): string =>
  `${String(SEVERITY.indexOf(status))}${name.replaceAll(/[\ud800-\uffff]/g, inCodePointOrder)}`;

/**
 * JavaScript compares code units, in which a surrogate of a character beyond U+FFFF comes before
 * U+E000 to U+FFFF. Here both ranges change places. Source: Unicode, UTF-16 in code point order.
 */
function inCodePointOrder(unit: string): string {
  const code = unit.charCodeAt(0);
  return String.fromCharCode(code < 0xe000 ? code + 0x2000 : code - 0x800);
}
