import { Pace } from './pace.js';

describe('the pace of a story', () => {
  it('begins when it is first asked for', () => {
    expect(new Pace(1).delayMs(250, 10_000)).toBe(250);
  });

  it.each([
    [1, 5_000],
    [20, 250],
    [0.5, 10_000],
  ])('at %d times the speed of life lets 5 s of the story take %d ms', (speed, delayMs) => {
    const pace = new Pace(speed);
    pace.delayMs(0, 700);
    expect(pace.delayMs(5_000, 700)).toBeCloseTo(delayMs, 6);
  });

  it('makes up for a small delay', () => {
    const pace = new Pace(1);
    pace.delayMs(0, 0);
    expect(pace.delayMs(100, 900)).toBe(0);
    expect(pace.delayMs(1_000, 900)).toBe(100);
  });

  it('goes on from where it stood still for longer', () => {
    const pace = new Pace(2);
    pace.delayMs(0, 0);
    expect(pace.delayMs(2_000, 60_000)).toBe(0);
    expect(pace.delayMs(3_000, 60_000)).toBe(500);
  });
});
