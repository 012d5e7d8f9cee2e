import { CATALOGUE } from './catalogue.js';
import { DAY_MS, dayWave, Drift, type Drifts, readingOf } from './load.js';
import { Random } from '../random.js';

const [service] = CATALOGUE;
if (service === undefined) throw new Error('the catalogue is empty');

const steadily = (): Drifts => ({
  ofService: new Drift(new Random(1, 'of service'), 0),
  ofInstance: new Drift(new Random(1, 'of instance'), 0),
});

const correlation = (a: readonly number[], b: readonly number[]): number => {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const about = (values: readonly number[], center: number): number[] =>
    values.map((value) => value - center);
  const [x, y] = [about(a, mean(a)), about(b, mean(b))];
  const product = (u: readonly number[], v: readonly number[]): number =>
    mean(u.map((value, index) => value * (v[index] ?? 0)));
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
};

describe('the day', () => {
  it.each([
    [0, 1],
    [DAY_MS / 4, 1.45],
    [DAY_MS / 2, 1],
    [(DAY_MS * 3) / 4, 0.55],
    [DAY_MS, 1],
  ])('at %d ms is as busy as %d', (atMs, busy) => {
    expect(dayWave(atMs)).toBeCloseTo(busy, 6);
  });
});

describe('a drift', () => {
  it('stays around 1 with the deviation it was given, however often it is asked', () => {
    for (const everyMs of [100, 5_000, 600_000]) {
      const drift = new Drift(new Random(3, `drift ${everyMs}`), 0.2);
      // Values closer together than its memory tell the same thing again: hence so many.
      const logarithms = Array.from({ length: 50_000 }, (_, n) => Math.log(drift.at(n * everyMs)));
      const square = logarithms.reduce((sum, value) => sum + value * value, 0) / 50_000;
      expect(Math.sqrt(square)).toBeGreaterThan(0.15);
      expect(Math.sqrt(square)).toBeLessThan(0.25);
    }
  });

  it('moves little within a report, and forgets within minutes', () => {
    const steps = (everyMs: number): number => {
      const drift = new Drift(new Random(5, 'steps'), 0.2);
      const values = Array.from({ length: 5_000 }, (_, n) => drift.at(n * everyMs));
      return correlation(values.slice(1), values.slice(0, -1));
    };
    expect(steps(5_000)).toBeGreaterThan(0.8);
    expect(steps(300_000)).toBeLessThan(0.1);
  });
});

describe('what an instance measures', () => {
  it('is its usual latency at a usual hour, more at a busy one, less at night', () => {
    const at = (atMs: number): number =>
      readingOf(service, 'healthy', steadily(), atMs).responseTimeMs;
    expect(at(0)).toBe(service.latencyMs);
    expect(at(DAY_MS / 4)).toBeGreaterThan(service.latencyMs);
    expect(at((DAY_MS * 3) / 4)).toBeLessThan(service.latencyMs);
  });

  it('rises with what it is in', () => {
    const at = (condition: 'healthy' | 'degraded' | 'unhealthy'): number[] => {
      const { responseTimeMs, errorRate, cpuPercent } = readingOf(
        service,
        condition,
        steadily(),
        0,
      );
      return [responseTimeMs, errorRate, cpuPercent];
    };
    at('degraded').forEach((value, index) => {
      expect(value).toBeGreaterThan(at('healthy')[index] ?? Number.NaN);
      expect(value).toBeLessThan(at('unhealthy')[index] ?? Number.NaN);
    });
  });

  it('goes with its siblings, for they share the drift of their service', () => {
    const ofService = (): Drift => new Drift(new Random(9, 'service'), 0.22);
    const latencies = (label: string, shared: Drift): number[] => {
      const drifts = { ofService: shared, ofInstance: new Drift(new Random(9, label), 0.1) };
      return Array.from(
        { length: 2_000 },
        (_, n) => readingOf(service, 'healthy', drifts, n * DAY_MS).responseTimeMs,
      );
    };
    const one = latencies('one', ofService());
    expect(correlation(one, latencies('two', ofService()))).toBeGreaterThan(0.6);
    const stranger = new Drift(new Random(9, 'stranger'), 0.22);
    expect(Math.abs(correlation(one, latencies('three', stranger)))).toBeLessThan(0.2);
  });
});
