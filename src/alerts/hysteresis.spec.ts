import fc from 'fast-check';
import {
  AT_REST,
  type Holds,
  isFiring,
  type Phase,
  type Standing,
  step,
  type Verdict,
} from './hysteresis.js';

const HOLDS: Holds = { fireMs: 3_000, clearMs: 2_000 };
const AT_ONCE: Holds = { fireMs: 0, clearMs: 0 };

type Case = readonly [from: Phase, heldMs: number, verdict: Verdict, to: Phase, heldMs: number];

/** One second after the step before. */
const STEPS: readonly Case[] = [
  ['ok', 0, 'under', 'ok', 0],
  ['ok', 0, 'between', 'ok', 0],
  ['ok', 0, 'unknown', 'ok', 0],
  ['ok', 0, 'over', 'pending', 0],
  ['pending', 0, 'over', 'pending', 1_000],
  ['pending', 1_999, 'over', 'pending', 2_999],
  ['pending', 2_000, 'over', 'firing', 0],
  ['pending', 2_000, 'between', 'ok', 0],
  ['pending', 2_000, 'under', 'ok', 0],
  ['pending', 2_000, 'unknown', 'pending', 2_000],
  ['firing', 0, 'over', 'firing', 0],
  ['firing', 0, 'between', 'firing', 0],
  ['firing', 0, 'unknown', 'firing', 0],
  ['firing', 0, 'under', 'clearing', 0],
  ['clearing', 0, 'under', 'clearing', 1_000],
  ['clearing', 1_000, 'under', 'ok', 0],
  ['clearing', 1_000, 'between', 'firing', 0],
  ['clearing', 1_000, 'over', 'firing', 0],
  ['clearing', 1_000, 'unknown', 'clearing', 1_000],
];

describe('a second later', () => {
  it.each(STEPS)(
    '%s held for %d ms, then %s, is %s held for %d ms',
    (phase, heldMs, verdict, to, held) => {
      expect(step({ phase, heldMs }, verdict, 1_000, HOLDS)).toEqual({ phase: to, heldMs: held });
    },
  );

  it.each<[Phase, Verdict, Phase]>([
    ['ok', 'over', 'firing'],
    ['firing', 'under', 'ok'],
    ['firing', 'between', 'firing'],
  ])('without a hold time %s, then %s, is %s', (phase, verdict, to) => {
    expect(step({ phase, heldMs: 0 }, verdict, 1_000, AT_ONCE).phase).toBe(to);
  });
});

describe('whatever the values say', () => {
  const looks = fc.array(
    fc.record({
      verdict: fc.constantFrom<Verdict>('over', 'between', 'under', 'unknown'),
      elapsedMs: fc.integer({ min: 0, max: 2_000 }),
    }),
    { maxLength: 60 },
  );
  const holds = fc.record({
    fireMs: fc.integer({ min: 0, max: 5_000 }),
    clearMs: fc.integer({ min: 0, max: 5_000 }),
  });

  /** How long the last verdicts that are known have all been `wanted`, between the first and the last of them. */
  const lasted = (
    seen: readonly { verdict: Verdict; elapsedMs: number }[],
    wanted: Verdict,
  ): number => {
    let ms = 0;
    let pendingMs = 0;
    for (const { verdict, elapsedMs } of seen.toReversed()) {
      if (verdict === 'unknown') continue;
      if (verdict !== wanted) break;
      ms += pendingMs; // of the one behind it
      pendingMs = elapsedMs;
    }
    return ms;
  };

  it('it fires after as long a time over the threshold, clears after as long a one under it, and only then', () => {
    fc.assert(
      fc.property(looks, holds, (all, times) => {
        let standing: Standing = AT_REST;
        all.forEach(({ verdict, elapsedMs }, index) => {
          const before = isFiring(standing);
          standing = step(standing, verdict, elapsedMs, times);
          const seen = all.slice(0, index + 1);
          const moves =
            verdict !== 'unknown' &&
            verdict === (before ? 'under' : 'over') &&
            lasted(seen, verdict) >= (before ? times.clearMs : times.fireMs);
          expect(isFiring(standing)).toBe(moves ? !before : before);
        });
      }),
    );
  });

  it('a value between both thresholds changes nothing that others see', () => {
    fc.assert(
      fc.property(looks, holds, fc.integer({ min: 0, max: 10_000 }), (all, times, elapsedMs) => {
        let standing: Standing = AT_REST;
        for (const look of all) standing = step(standing, look.verdict, look.elapsedMs, times);
        const after = step(standing, 'between', elapsedMs, times);
        expect(isFiring(after)).toBe(isFiring(standing));
      }),
    );
  });
});
