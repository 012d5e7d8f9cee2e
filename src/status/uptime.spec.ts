import fc from 'fast-check';
import type { Status } from '../events/status-vocabulary.js';
import {
  type Durations,
  inMillis,
  type Interval,
  PARTS,
  type StatusFrom,
  uptime,
  uptimeRatio,
} from './uptime.js';

const NONE: Durations = {
  healthy: 0,
  degraded: 0,
  unhealthy: 0,
  stale: 0,
  unknown: 0,
  unobserved: 0,
};

const from = (atUs: number, status: Status): StatusFrom => ({ atUs, status });
const gap = (fromUs: number, toUs: number | null): Interval => ({ fromUs, toUs });
const sumOf = (durations: Durations): number =>
  PARTS.reduce((sum, part) => sum + durations[part], 0);

describe('the window from 100 to 200', () => {
  it.each<[string, StatusFrom[], Interval[], Partial<Durations>]>([
    ['is unknown where nothing was reported', [], [], { unknown: 100 }],
    ['begins with what was held before', [from(0, 'stale')], [], { stale: 100 }],
    [
      'begins with the newest of what was before',
      [from(0, 'stale'), from(99, 'healthy')],
      [],
      { healthy: 100 },
    ],
    ['is unknown until the first report', [from(130, 'healthy')], [], { unknown: 30, healthy: 70 }],
    [
      'is cut where the status changes',
      [
        from(100, 'healthy'),
        from(110, 'degraded'),
        from(130, 'unhealthy'),
        from(160, 'stale'),
        from(190, 'healthy'),
      ],
      [],
      { healthy: 20, degraded: 20, unhealthy: 30, stale: 30 },
    ],
    ['includes its first moment', [from(100, 'healthy')], [], { healthy: 100 }],
    ['excludes its last', [from(0, 'healthy'), from(200, 'unhealthy')], [], { healthy: 100 }],
    [
      'counts nothing for a change that is changed at once',
      [from(0, 'healthy'), from(150, 'stale'), from(150, 'healthy')],
      [],
      { healthy: 100 },
    ],
    [
      'has a gap in which nothing was observed',
      [from(0, 'healthy')],
      [gap(120, 150)],
      { healthy: 70, unobserved: 30 },
    ],
    [
      'counts a gap whatever was held in it',
      [from(0, 'healthy'), from(130, 'unhealthy'), from(170, 'stale')],
      [gap(120, 180)],
      { healthy: 20, stale: 20, unobserved: 60 },
    ],
    [
      'counts gaps that overlap, touch or lie in each other once',
      [from(0, 'healthy')],
      [gap(150, 160), gap(110, 130), gap(120, 140), gap(112, 115), gap(140, 145)],
      { healthy: 55, unobserved: 45 },
    ],
    [
      'counts what of a gap lies in it',
      [from(0, 'healthy')],
      [gap(50, 110), gap(190, 300), gap(0, 90), gap(200, 210)],
      { healthy: 80, unobserved: 20 },
    ],
    [
      'ends in a gap that lasts',
      [from(0, 'healthy')],
      [gap(170, null)],
      { healthy: 70, unobserved: 30 },
    ],
    ['is all of a gap that lasts', [from(150, 'healthy')], [gap(0, null)], { unobserved: 100 }],
    [
      'is not all of a gap that begins later',
      [from(0, 'healthy')],
      [gap(250, null)],
      { healthy: 100 },
    ],
    [
      'has a gap before the first report',
      [from(150, 'healthy')],
      [gap(110, 120)],
      { unknown: 40, healthy: 50, unobserved: 10 },
    ],
  ])('%s', (_, changes, gaps, expected) => {
    expect(uptime(changes, gaps, 100, 200)).toEqual({ ...NONE, ...expected });
  });
});

it('a window of no length has no parts', () => {
  expect(uptime([from(0, 'healthy')], [gap(0, null)], 100, 100)).toEqual(NONE);
});

describe('for all changes and gaps', () => {
  const status = fc.constantFrom<Status>('healthy', 'degraded', 'unhealthy', 'stale', 'unknown');
  const at = fc.integer({ min: 0, max: 400 });
  const changes = fc
    .array(fc.tuple(at, status), { maxLength: 12 })
    .map((all) => all.map((one) => from(...one)).sort((a, b) => a.atUs - b.atUs));
  const gaps = fc.array(
    fc.tuple(at, fc.option(fc.nat({ max: 60 }), { freq: 8 })).map(([start, length]) => {
      return gap(start, length === null ? null : start + length);
    }),
    { maxLength: 6 },
  );

  it('each moment of the window counts once, for the gap or the status that holds it', () => {
    fc.assert(
      fc.property(changes, gaps, at, fc.nat({ max: 200 }), (held, blind, fromUs, length) => {
        const expected: Record<string, number> = { ...NONE };
        for (let moment = fromUs; moment < fromUs + length; moment += 1) {
          const isBlind = blind.some(
            (one) => one.fromUs <= moment && (one.toUs === null || moment < one.toUs),
          );
          const current = held.findLast(({ atUs }) => atUs <= moment)?.status ?? 'unknown';
          const part = isBlind ? 'unobserved' : current;
          expected[part] = (expected[part] ?? 0) + 1;
        }
        expect(uptime(held, blind, fromUs, fromUs + length)).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it('the parts are the window, to the microsecond and in whole milliseconds', () => {
    const START_US = 1_769_846_400_000_000;
    const scaled = (us: number): number => START_US + us * 12_345_679;
    fc.assert(
      fc.property(changes, gaps, at, fc.nat({ max: 400 }), (held, blind, start, lengthMs) => {
        const fromUs = START_US + start * 1_000;
        const toUs = fromUs + lengthMs * 1_000_003_000;
        const durations = uptime(
          held.map((one) => from(scaled(one.atUs), one.status)),
          blind.map((one) => gap(scaled(one.fromUs), one.toUs === null ? null : scaled(one.toUs))),
          fromUs,
          toUs,
        );
        expect(sumOf(durations)).toBe(toUs - fromUs);
        const millis = inMillis(durations);
        expect(sumOf(millis) * 1_000).toBe(toUs - fromUs);
        for (const part of PARTS) {
          expect(Number.isInteger(millis[part])).toBe(true);
          expect(Math.abs(millis[part] * 1_000 - durations[part])).toBeLessThanOrEqual(1_000);
          if (durations[part] === 0) expect(millis[part]).toBe(0);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the uptime ratio', () => {
  it.each<[Partial<Durations>, number | null]>([
    [{ healthy: 100 }, 1],
    [{ healthy: 60, degraded: 30, unhealthy: 10 }, 0.9],
    [{ healthy: 60, stale: 40 }, 0.6],
    [{ healthy: 30, unhealthy: 10, unknown: 500, unobserved: 60 }, 0.75],
    [{ unhealthy: 5, stale: 5 }, 0],
    [{ unknown: 70, unobserved: 30 }, null],
    [{}, null],
  ])('of %j is %d', (durations, ratio) => {
    expect(uptimeRatio({ ...NONE, ...durations })).toBe(ratio);
  });
});
