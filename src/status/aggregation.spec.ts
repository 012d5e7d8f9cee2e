import fc from 'fast-check';
import { aggregate, type InstanceCounts, SEVERITY } from './aggregation.js';

const COUNT = fc.nat({ max: 3 });
const HEARD_OF = { healthy: COUNT, degraded: COUNT, unhealthy: COUNT, unknown: COUNT, left: COUNT };

const rank = (counts: InstanceCounts, expected: number | null): number =>
  SEVERITY.indexOf(aggregate(counts, expected).status);

describe("a service's status", () => {
  it.each<[InstanceCounts, string]>([
    [{ healthy: 3 }, 'healthy'],
    [{ healthy: 3, unknown: 1 }, 'unknown'],
    [{ healthy: 3, unknown: 1, degraded: 1 }, 'degraded'],
    [{ healthy: 3, unknown: 1, degraded: 1, unhealthy: 1 }, 'unhealthy'],
    [{ unknown: 1 }, 'unknown'],
    // Stale: another instance is heard, or none.
    [{ stale: 1 }, 'stale'],
    [{ stale: 4 }, 'stale'],
    [{ stale: 1, healthy: 1 }, 'degraded'],
    [{ stale: 9, healthy: 1 }, 'degraded'],
    [{ stale: 1, unknown: 1 }, 'degraded'],
    [{ stale: 1, degraded: 1 }, 'degraded'],
    [{ stale: 1, unhealthy: 1 }, 'unhealthy'],
    // Left: no longer counted.
    [{ left: 2 }, 'unknown'],
    [{}, 'unknown'],
    [{ left: 5, healthy: 1 }, 'healthy'],
    [{ left: 1, unhealthy: 1 }, 'unhealthy'],
    [{ left: 1, stale: 1 }, 'stale'],
    // A count of none is no instance.
    [{ unhealthy: 0, healthy: 1 }, 'healthy'],
    [{ stale: 0, healthy: 0 }, 'unknown'],
    [{ stale: 2, healthy: 0 }, 'stale'],
  ])('of %j is %s', (counts, status) => {
    expect(aggregate(counts, null).status).toBe(status);
  });

  it.each<[InstanceCounts, number, string]>([
    [{ healthy: 3 }, 3, 'healthy'],
    [{ healthy: 4 }, 3, 'healthy'],
    [{ healthy: 2 }, 3, 'degraded'],
    [{ unknown: 2 }, 3, 'degraded'],
    [{ unknown: 3 }, 3, 'unknown'],
    [{ healthy: 1, degraded: 1 }, 3, 'degraded'],
    [{ healthy: 1, unhealthy: 1 }, 3, 'unhealthy'],
    [{ unhealthy: 3 }, 3, 'unhealthy'],
    // Neither those that are silent nor those that have left are heard of.
    [{ healthy: 3, left: 1 }, 4, 'degraded'],
    [{ healthy: 3, stale: 1 }, 3, 'degraded'],
    [{ stale: 2 }, 3, 'stale'],
    [{ left: 3 }, 3, 'degraded'],
    // Nothing is known.
    [{}, 3, 'unknown'],
    [{ healthy: 0 }, 3, 'unknown'],
  ])('of %j, where %i are expected, is %s', (counts, expected, status) => {
    expect(aggregate(counts, expected).status).toBe(status);
  });

  it('counts as live whoever has not left, stale ones too', () => {
    const counts = { healthy: 1, degraded: 2, unhealthy: 3, stale: 4, unknown: 5, left: 6 };
    expect(aggregate(counts, null).liveInstances).toBe(15);
    expect(aggregate({ left: 6 }, 7).liveInstances).toBe(0);
  });

  it('never gets better by one more instance, where none was stale and none is expected', () => {
    fc.assert(
      fc.property(
        fc.record(HEARD_OF),
        fc.constantFrom(...SEVERITY),
        (before: InstanceCounts, added) => {
          const after: InstanceCounts = { ...before, [added]: (before[added] ?? 0) + 1 };
          if (aggregate(before, null).liveInstances === 0) return;
          expect(rank(after, null)).toBeLessThanOrEqual(rank(before, null));
        },
      ),
    );
  });

  it('never gets better by expecting more', () => {
    fc.assert(
      fc.property(
        fc.record({ ...HEARD_OF, stale: COUNT }),
        fc.nat({ max: 12 }),
        (counts, expected) => {
          expect(rank(counts, expected + 1)).toBeLessThanOrEqual(rank(counts, expected));
          expect(rank(counts, expected)).toBeLessThanOrEqual(rank(counts, null));
        },
      ),
    );
  });
});
