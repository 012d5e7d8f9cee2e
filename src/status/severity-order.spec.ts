import fc from 'fast-check';
import { STATUSES } from '../events/status-vocabulary.js';
import { SEVERITY } from './aggregation.js';
import type { ServiceRecord } from './service-record.js';
import { placeOf, SeverityOrder, type SeverityPlace } from './severity-order.js';

const recordOf = ({ status, name }: SeverityPlace): ServiceRecord => ({
  service_name: name,
  current_status: status,
  status_since: 0,
  last_seen: null,
  last_occurred_at: null,
  due_at: null,
  message_count: 0,
  instance_count: 0,
  response_time_ms: null,
  message: null,
});

/** Names of few characters, so that they meet again: on both sides of the surrogates, and beyond. */
const names = fc.string({
  unit: fc.constantFrom('a', 'b', 'é', '\ud7ff', '\ue000', '\uffee', '😀', '𐀀', '\u{10ffff}'),
  minLength: 1,
  maxLength: 3,
});
const places = fc.record({ status: fc.constantFrom(...STATUSES), name: names });
const batches = fc.array(fc.uniqueArray(places, { selector: ({ name }) => name }), {
  maxLength: 6,
});

/** In the order of the bytes of UTF-8, which is that of collation "C". */
const sorted = (all: readonly SeverityPlace[]): SeverityPlace[] =>
  [...all].sort(
    (a, b) =>
      SEVERITY.indexOf(a.status) - SEVERITY.indexOf(b.status) ||
      Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
  );

const placesOf = (order: SeverityOrder): SeverityPlace[] =>
  order.page(null, order.size).items.map(placeOf);

describe('services by severity', () => {
  it('are those given last under each name, worst first, then by code points', () => {
    fc.assert(
      fc.property(batches, (given) => {
        const truth = new Map<string, SeverityPlace>();
        let order = SeverityOrder.EMPTY;
        for (const batch of given) {
          order = order.with(batch.map(recordOf));
          for (const place of batch) truth.set(place.name, place);
          expect(placesOf(order)).toEqual(sorted([...truth.values()]));
        }
      }),
    );
  });

  it('are told page by page, each once, and behind a place that nobody has any more', () => {
    fc.assert(
      fc.property(batches, places, fc.integer({ min: 1, max: 4 }), (given, gone, limit) => {
        const order = given.reduce(
          (before, batch) => before.with(batch.map(recordOf)),
          SeverityOrder.EMPTY,
        );
        const met: SeverityPlace[] = [];
        let page = order.page(null, limit);
        met.push(...page.items.map(placeOf));
        while (page.hasMore) {
          page = order.page(met.at(-1) ?? null, limit);
          met.push(...page.items.map(placeOf));
        }
        expect(met).toEqual(placesOf(order));
        expect(order.page(gone, order.size).items.map(placeOf)).toEqual(
          placesOf(order).filter(
            (place) => sorted([gone, place])[0] === gone && !same(place, gone),
          ),
        );
      }),
    );
  });

  it('are counted by status', () => {
    const order = SeverityOrder.EMPTY.with(
      (['stale', 'stale', 'healthy'] as const).map((status, n) =>
        recordOf({ status, name: String(n) }),
      ),
    );
    expect(order.counts).toEqual({ stale: 2, healthy: 1 });
  });

  it('stay what they were for who holds them', () => {
    const before = SeverityOrder.EMPTY.with([recordOf({ status: 'healthy', name: 'a' })]);
    before.with([
      recordOf({ status: 'stale', name: 'a' }),
      recordOf({ status: 'stale', name: 'b' }),
    ]);
    expect(placesOf(before)).toEqual([{ status: 'healthy', name: 'a' }]);
  });
});

const same = (a: SeverityPlace, b: SeverityPlace): boolean =>
  a.status === b.status && a.name === b.name;
