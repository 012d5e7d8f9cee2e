import { deadline, deadlineBeyondGaps, type Gap } from './deadline.js';
import { DEFAULT_SETTINGS, type ServiceSettings, SettingsHistory } from './settings.js';

const SECOND = 1_000_000;
const DEFAULTS = { defaultTtlSeconds: 60, graceSeconds: 15 };

/** All times in seconds. */
type Change = readonly [at: number, settings: Partial<ServiceSettings>];

const historyOf = (changes: readonly Change[]): SettingsHistory =>
  new SettingsHistory(
    changes.map(([at, settings]) => ({
      changedAtUs: at * SECOND,
      settings: { ...DEFAULT_SETTINGS, ...settings },
    })),
  );

const seconds = (us: number | null): number | null => (us === null ? null : us / SECOND);

describe('the deadline of a wait that began at 100 s', () => {
  it.each<[string, number | null, Change[], number | null]>([
    ['the default TTL and grace later', null, [], 175],
    ['the promised TTL and grace later', 10, [], 125],
    ['none where none is promised', 0, [], null],
    ['the set TTL and grace later', null, [[50, { ttlSeconds: 5, graceSeconds: 1 }]], 106],
    ['by the promise, not by the set TTL', 10, [[50, { ttlSeconds: 5 }]], 125],
    ['none where none is set', null, [[50, { ttlSeconds: 0 }]], null],
    [
      'by the newest settings',
      null,
      [
        [40, { ttlSeconds: 9 }],
        [50, { ttlSeconds: 5 }],
      ],
      120,
    ],
    ['by settings that come while it is waited', null, [[110, { ttlSeconds: 20 }]], 135],
    ['at the change where it is overdue by then', null, [[150, { ttlSeconds: 5 }]], 150],
    ['not touched by what comes behind it', null, [[180, { ttlSeconds: 600 }]], 175],
    ['none where the deadline is taken away in time', null, [[170, { ttlSeconds: 0 }]], null],
    ['put off in time', null, [[170, { ttlSeconds: 100 }]], 215],
    [
      'by the first settings under which it passes',
      null,
      [
        [110, { ttlSeconds: 0 }],
        [300, { ttlSeconds: 30 }],
        [301, { ttlSeconds: 0 }],
      ],
      300,
    ],
    [
      'with the default where a setting is taken back',
      null,
      [
        [50, { ttlSeconds: 5 }],
        [101, {}],
      ],
      175,
    ],
  ])('is %s', (_name, ttl, changes, expected) => {
    expect(seconds(deadline(100 * SECOND, ttl, DEFAULTS, historyOf(changes)))).toBe(expected);
  });
});

describe('the deadline of a wait from 100 s to 175 s, with gaps', () => {
  it.each<[string, [from: number, to: number | null][], number | null]>([
    ['stays where none overlaps', [[10, 20]], 175],
    ['stays where one ended as the wait began', [[90, 100]], 175],
    ['stays where one begins at the deadline', [[175, 200]], 175],
    ['begins anew at the end of one within', [[120, 130]], 205],
    ['begins anew at the end of one that began before', [[90, 101]], 176],
    ['begins anew at the end of one that lasts beyond the deadline', [[174, 200]], 275],
    [
      'begins anew with each that the new wait meets',
      [
        [120, 130],
        [200, 210],
      ],
      285,
    ],
    [
      'does not meet one behind the new deadline',
      [
        [120, 130],
        [206, 210],
      ],
      205,
    ],
    ['is not known while one lasts', [[120, null]], null],
    ['is as it was where one that lasts began later', [[175, null]], 175],
    [
      'takes one within another for one',
      [
        [110, 150],
        [120, 130],
      ],
      225,
    ],
  ])('%s', (_name, spans, expected) => {
    const gaps = spans.map(([from, to]): Gap => ({
      fromUs: from * SECOND,
      toUs: to === null ? null : to * SECOND,
    }));
    const due = deadlineBeyondGaps(100 * SECOND, null, DEFAULTS, SettingsHistory.none, gaps);
    expect(seconds(due)).toBe(expected);
  });

  it('is none where nothing is promised, with gaps or without', () => {
    const gaps = [{ fromUs: 0, toUs: 1_000 * SECOND }];
    expect(deadlineBeyondGaps(SECOND, 0, DEFAULTS, SettingsHistory.none, gaps)).toBeNull();
  });
});
