import { costsOf, figureBetween, type Mark, percentile, spreadOf } from './figures.js';

const mark = (atMs: number, stored: number, micros: number | null): Mark => ({
  atMs,
  stored,
  usage: { appMicros: micros, postgresMicros: micros, redisMicros: null, maxRssBytes: 7 },
});

describe('a figure between two moments', () => {
  it('has the rate, and the processor time per event of what was measured', () => {
    expect(figureBetween(mark(1_000, 100, 5_000), mark(3_000, 500, 9_000))).toEqual({
      events: 400,
      seconds: 2,
      eventsPerSecond: 200,
      appCpuMicros: 10,
      postgresCpuMicros: 10,
      maxRssBytes: 7,
    });
  });

  it('knows no costs of what was not there at one of them', () => {
    const { usage: before } = mark(0, 0, null);
    const { usage: after } = mark(0, 0, 9);
    expect(costsOf(before, after, 3)).toEqual({ app: null, postgres: null, redis: null });
  });
});

describe('the spread of values', () => {
  it.each([
    [[], null],
    [[3], { median: 3, min: 3, max: 3 }],
    [[9, 1, 2], { median: 2, min: 1, max: 9 }],
    [[10, 9, 1, 2], { median: 5.5, min: 1, max: 10 }],
  ])('%j', (values, spread) => {
    expect(spreadOf(values)).toEqual(spread);
  });
});

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    [0.5, 50],
    [0.99, 99],
    [0.999, 100],
    [0, 1],
    [1, 100],
  ])('of 1 to 100, %d: %d', (share, value) => {
    expect(percentile(hundred, share)).toBe(value);
  });

  it('is not made up for no values', () => {
    expect(() => percentile([], 0.5)).toThrow('no values');
  });
});
