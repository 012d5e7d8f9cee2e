import { Random } from './random.js';

const DRAWS = 20_000;

const draws = (draw: () => number): number[] => Array.from({ length: DRAWS }, draw);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a stream of chance', () => {
  it('is the same for the same seed and label, and another for others', () => {
    const first = (random: Random): number[] => [1, 2, 3].map(() => random.between(0, 1));
    expect(first(new Random(7, 'a'))).toEqual(first(new Random(7, 'a')));
    expect(first(new Random(7, 'a'))).not.toEqual(first(new Random(7, 'b')));
    expect(first(new Random(7, 'a'))).not.toEqual(first(new Random(8, 'a')));
  });

  it('gives whole numbers with both bounds, all about as often', () => {
    const random = new Random(1, 'whole');
    const values = draws(() => random.whole(3, 6));
    expect([...new Set(values)].sort()).toEqual([3, 4, 5, 6]);
    for (const wanted of [3, 4, 5, 6]) {
      expect(values.filter((value) => value === wanted).length / DRAWS).toBeCloseTo(0.25, 1);
    }
  });

  it('gives numbers of the standard normal distribution', () => {
    const random = new Random(1, 'normal');
    const values = draws(() => random.normal());
    expect(mean(values)).toBeCloseTo(0, 1);
    expect(mean(values.map((value) => value * value))).toBeCloseTo(1, 1);
    expect(values.filter((value) => Math.abs(value) < 1).length / DRAWS).toBeCloseTo(0.683, 1);
  });

  it('has nothing to pick from an empty list', () => {
    expect(() => new Random(1, 'pick').pick([])).toThrow(RangeError);
  });
});
