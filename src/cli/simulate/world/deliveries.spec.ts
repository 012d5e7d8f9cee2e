import { deliveriesOf, type Delivery } from './deliveries.js';
import { MILLISECOND, MINUTE, SECOND } from './time.js';
import { createWorld } from './world.js';

const world = createWorld({ seed: 3, services: 20, hours: 4 });
const deliveries = [...deliveriesOf(world)];
const firsts = [...new Map(deliveries.toReversed().map((one) => [one.number, one])).values()];
const delayOf = ({ deliveredUs, report }: Delivery): number => deliveredUs - report.sentUs;

describe('what arrives at Redis', () => {
  it('comes in the order of its arrival, and before the world ends', () => {
    const times = deliveries.map(({ deliveredUs }) => deliveredUs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeLessThan(world.endUs);
  });

  it('is late in one of a hundred cases, by a second to ten minutes', () => {
    const late = firsts.filter((one) => delayOf(one) >= SECOND);
    expect(late.length / firsts.length).toBeCloseTo(0.01, 2);
    expect(Math.max(...late.map(delayOf))).toBeGreaterThan(9 * MINUTE);
    expect(Math.max(...late.map(delayOf))).toBeLessThanOrEqual(10 * MINUTE);
    const inTime = firsts.filter((one) => delayOf(one) < SECOND);
    expect(Math.max(...inTime.map(delayOf))).toBeLessThanOrEqual(4 * MILLISECOND);
  });

  it('comes twice in one of a hundred cases, the same both times', () => {
    expect((deliveries.length - firsts.length) / firsts.length).toBeCloseTo(0.01, 2);
    const first = new Map(firsts.map((one) => [one.number, one]));
    const others = deliveries.filter(({ number, timestampMs, report }) => {
      const one = first.get(number);
      return one?.timestampMs !== timestampMs || one.report !== report;
    });
    expect(others).toEqual([]);
  });

  it('never outlives its process', () => {
    const orphans = deliveries.filter(
      ({ deliveredUs, report }) => deliveredUs > report.spell.toUs + 4 * MILLISECOND,
    );
    expect(orphans).toEqual([]);
  });

  it('carries the time of a clock that is wrong by up to half a minute, always the same', () => {
    const skews = new Map<string, number[]>();
    for (const { report, timestampMs } of deliveries) {
      const name = `${report.spell.serviceName}/${report.spell.instanceId}`;
      const skewUs = timestampMs * MILLISECOND - report.sentUs;
      skews.set(name, [...(skews.get(name) ?? []), skewUs]);
    }
    const spread = [...skews.values()].map((all) => Math.max(...all) - Math.min(...all));
    expect(Math.max(...spread)).toBeLessThanOrEqual(MILLISECOND);
    const means = [...skews.values()].map(([first = 0]) => first);
    expect(Math.max(...means)).toBeGreaterThan(25 * SECOND);
    expect(Math.min(...means)).toBeLessThan(-25 * SECOND);
    expect(Math.max(...means.map(Math.abs))).toBeLessThanOrEqual(30 * SECOND + MILLISECOND);
  });
});
