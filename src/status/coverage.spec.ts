import fc from 'fast-check';
import type { GapCause } from '../observation/gap-cause.js';
import type { SyntheticHeartbeat } from '../observation/synthetic-message.js';
import { type Circumstances, cover, type Coverage, type Gap } from './coverage.js';

/** One unit stands for a millisecond. */
const PERIOD = 1_000;
const PROOF = 1_500;
const GAP_AFTER = 5_000;

function heartbeat(sinceUs: number, publishedUs: number, lostCount = 0): SyntheticHeartbeat {
  const cause = 'subscriber_kicked';
  return { kind: 'heartbeat', bootId: 'b', sequence: 1, publishedUs, sinceUs, cause, lostCount };
}

const gap = (fromUs: number, toUs: number, cause: GapCause, lostCount: number | null): Gap => ({
  fromUs,
  toUs,
  cause,
  lostCount,
});
const open = (fromUs: number, cause: GapCause): Partial<Coverage> => ({
  openGap: { fromUs, cause },
});

describe('the line that is covered', () => {
  it.each<[string, Partial<Coverage>, [number, number][], number, number, Gap[]]>([
    ['moves to a heartbeat whose coverage reaches back to it', {}, [[50, 900]], 901, 900, []],
    ['moves over coverage that begins just there', {}, [[100, 900]], 901, 900, []],
    [
      'moves to the newest of several',
      {},
      [
        [50, 900],
        [60, 950],
      ],
      951,
      950,
      [],
    ],
    [
      'stays where a heartbeat tells nothing new',
      {},
      [
        [50, 100],
        [50, 99],
      ],
      120,
      100,
      [],
    ],
    ['stays before a hole that somebody may still fill', {}, [[200, 1_699]], 1_700, 100, []],
    [
      'moves over a hole that nobody filled, which is a gap',
      {},
      [[200, 1_700]],
      1_701,
      1_700,
      [gap(100, 200, 'subscriber_kicked', 0)],
    ],
    [
      'moves over a hole that another instance fills',
      {},
      [
        [200, 1_700],
        [50, 210],
      ],
      1_701,
      1_700,
      [],
    ],
    [
      'has a gap for each hole',
      {},
      [
        [200, 1_700],
        [1_800, 3_300],
      ],
      3_301,
      3_300,
      [gap(100, 200, 'subscriber_kicked', 0), gap(1_700, 1_800, 'subscriber_kicked', 0)],
    ],
    [
      'has a gap up to now where nothing came through for long',
      { isStalled: true },
      [
        [50, 900],
        [50, 1_900],
      ],
      9_000,
      1_900,
      [gap(100, 9_000, 'database_down', null)],
    ],
    [
      'stays blind before a hole that may be filled',
      { isStalled: true },
      [[200, 1_699]],
      9_000,
      100,
      [],
    ],
    [
      'ends an open gap now, for the reason it was opened for',
      open(100, 'consumer_paused'),
      [[50, 900]],
      9_000,
      900,
      [gap(100, 9_000, 'consumer_paused', null)],
    ],
    [
      'ends an open gap where coverage begins, for the reason that the instance knows',
      open(100, 'redis_unreachable'),
      [[8_000, 9_500]],
      9_600,
      9_500,
      [gap(100, 8_000, 'subscriber_kicked', 0)],
    ],
    [
      'ends an open gap now where the heartbeat was under way for long, too',
      open(100, 'database_down'),
      [[200, 1_700]],
      9_000,
      1_700,
      [gap(100, 9_000, 'subscriber_kicked', 0)],
    ],
    [
      'takes the newest heartbeat for now where the clock is behind it',
      { isStalled: true },
      [[50, 900]],
      0,
      900,
      [gap(100, 900, 'database_down', null)],
    ],
  ])('%s', (_name, coverage, beats, nowUs, throughUs, gaps) => {
    const before = { throughUs: 100, openGap: null, isStalled: false, ...coverage };
    const heartbeats = beats.map(([sinceUs, publishedUs]) => heartbeat(sinceUs, publishedUs));
    expect(cover(before, heartbeats, at(nowUs))).toEqual({ throughUs, gaps });
  });
});

const at = (nowUs: number): Circumstances => ({
  nowUs,
  cause: () => 'database_down',
  proofUs: PROOF,
  gapAfterUs: GAP_AFTER,
});

/** One instance: when it begins, and how long each of its coverages and breaks lasts. */
const instances = fc.array(
  fc.record({
    startUs: fc.nat(10_000),
    lives: fc.array(
      fc.record({ coverUs: fc.nat(9_000), breakUs: fc.integer({ min: 1, max: 4_000 }) }),
      {
        maxLength: 6,
      },
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

/** What each instance publishes: a heartbeat per period of its coverages. */
function heartbeatsOf(history: typeof instances extends fc.Arbitrary<infer T> ? T : never) {
  return history.flatMap(({ startUs, lives }) => {
    let sinceUs = startUs;
    const beats: SyntheticHeartbeat[] = [];
    for (const { coverUs, breakUs } of lives) {
      for (let us = sinceUs + PERIOD; us <= sinceUs + coverUs; us += PERIOD) {
        beats.push(heartbeat(sinceUs, us));
      }
      sinceUs += coverUs + breakUs;
    }
    return beats;
  });
}

it('holds no moment that was neither covered by an instance nor lies in a gap, in any interleaving', () => {
  fc.assert(
    fc.property(
      instances,
      fc.array(
        fc.record({
          take: fc.integer({ min: 1, max: 4 }),
          at: fc.nat(),
          stalled: fc.nat(9).map((drawn) => drawn === 0),
        }),
        {
          minLength: 40,
          maxLength: 120,
        },
      ),
      fc.nat(5_000),
      (history, commits, beginUs) => {
        const waiting = heartbeatsOf(history);
        const gaps: Gap[] = [];
        const committed: SyntheticHeartbeat[] = [];
        let throughUs = beginUs;
        for (const { take, at: place, stalled } of commits) {
          const batch = waiting.splice(waiting.length === 0 ? 0 : place % waiting.length, take);
          const coverage = { throughUs, openGap: null, isStalled: stalled };
          const covered = cover(coverage, batch, at(throughUs + 7_000));
          expect(covered.throughUs).toBeGreaterThanOrEqual(throughUs);
          for (const { fromUs, toUs } of covered.gaps) expect(fromUs).toBeLessThan(toUs);
          throughUs = covered.throughUs;
          gaps.push(...covered.gaps);
          committed.push(...batch);
        }
        const known = [
          ...committed.map(({ sinceUs, publishedUs }) => [sinceUs, publishedUs] as const),
          ...gaps.map(({ fromUs, toUs }) => [fromUs, toUs] as const),
        ].sort(([a], [b]) => a - b);
        let reachedUs = beginUs;
        for (const [fromUs, toUs] of known)
          if (fromUs <= reachedUs) reachedUs = Math.max(reachedUs, toUs);
        expect(reachedUs).toBeGreaterThanOrEqual(throughUs);
      },
    ),
    { numRuns: 1_000 },
  );
});

it('has no gap where heartbeats of instances that take turns being deaf come in their order', () => {
  const breaks = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(breaks, (lengths) => {
      // Every 4 s one of two instances is deaf for less than a period; the other one listens.
      const beats: SyntheticHeartbeat[] = [];
      const sinceUs: [number, number] = [0, 0];
      for (let us = PERIOD; us <= lengths.length * 4_000; us += PERIOD) {
        const index = Math.floor((us - 1) / 4_000);
        const turn = (index % 2) as 0 | 1;
        if (us % 4_000 === PERIOD) sinceUs[turn] = us - PERIOD + (lengths[index] ?? 0);
        beats.push(heartbeat(sinceUs[0], us), heartbeat(sinceUs[1], us + 1));
      }
      let throughUs = 0;
      for (const beat of beats) {
        const covered = cover(
          { throughUs, openGap: null, isStalled: false },
          [beat],
          at(beat.publishedUs),
        );
        expect(covered.gaps).toEqual([]);
        throughUs = covered.throughUs;
      }
    }),
  );
});
