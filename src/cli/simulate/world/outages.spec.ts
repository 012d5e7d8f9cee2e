import { outagesOf, SELF_HEARTBEAT } from './outages.js';
import { BEGIN, HOUR } from './time.js';

describe('the outages of the monitor', () => {
  it.each([1, 2, 3, 4, 5])('are six, one of each kind, and do not meet (seed %i)', (seed) => {
    const endUs = BEGIN + 24 * HOUR;
    const outages = outagesOf(seed, BEGIN, endUs);
    expect(new Set(outages.map(({ cause }) => cause)).size).toBe(6);
    let lastUs = BEGIN;
    for (const { fromUs, toUs, beganUs } of outages) {
      expect(fromUs).toBeGreaterThan(lastUs);
      expect([fromUs % SELF_HEARTBEAT, toUs % SELF_HEARTBEAT]).toEqual([0, 0]);
      expect(toUs).toBeGreaterThan(fromUs);
      expect(beganUs).toBeGreaterThanOrEqual(fromUs);
      expect(beganUs).toBeLessThan(Math.min(toUs, fromUs + SELF_HEARTBEAT));
      lastUs = toUs;
    }
    expect(lastUs).toBeLessThan(endUs);
  });

  it('come in another order by another seed', () => {
    const order = (seed: number): string[] =>
      outagesOf(seed, BEGIN, BEGIN + HOUR).map(({ cause }) => cause);
    expect(new Set([1, 2, 3, 4, 5].map((seed) => order(seed).join())).size).toBeGreaterThan(1);
  });
});
