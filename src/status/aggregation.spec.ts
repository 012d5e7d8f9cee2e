import fc from 'fast-check';
import { aggregate, type InstanceCounts, SEVERITY } from './aggregation.js';

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
    expect(aggregate(counts).status).toBe(status);
  });

  it('counts as live whoever has not left, stale ones too', () => {
    const counts = { healthy: 1, degraded: 2, unhealthy: 3, stale: 4, unknown: 5, left: 6 };
    expect(aggregate(counts).liveInstances).toBe(15);
    expect(aggregate({ left: 6 }).liveInstances).toBe(0);
  });

  it('never gets better by one more instance, where none was stale', () => {
    const count = fc.nat({ max: 3 });
    const anyCounts = fc.record({
      healthy: count,
      degraded: count,
      unhealthy: count,
      unknown: count,
      left: count,
    });
    const rank = (counts: InstanceCounts): number => SEVERITY.indexOf(aggregate(counts).status);
    fc.assert(
      fc.property(anyCounts, fc.constantFrom(...SEVERITY), (before: InstanceCounts, added) => {
        const after: InstanceCounts = { ...before, [added]: (before[added] ?? 0) + 1 };
        if (aggregate(before).liveInstances === 0) return;
        expect(rank(after)).toBeLessThanOrEqual(rank(before));
      }),
    );
  });
});
