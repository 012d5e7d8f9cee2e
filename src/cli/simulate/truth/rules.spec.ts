import { SECOND } from '../world/time.js';
import { dueUs, type Rules, type SettingsFrom } from './rules.js';

const settings = (from: number, ttlSeconds: number, graceSeconds = 10): SettingsFrom => ({
  fromUs: from * SECOND,
  ttlSeconds,
  graceSeconds,
  failureThreshold: 1,
  successThreshold: 1,
  expectedInstances: 0,
});

interface Case {
  readonly heard?: number;
  readonly ttl?: number;
  readonly settings?: readonly SettingsFrom[];
  readonly gaps?: readonly (readonly [number, number])[];
}

function due({ heard = 100, ttl, settings: all = [settings(0, 60)], gaps = [] }: Case): number {
  const rules: Rules = {
    settings: all,
    gaps: gaps.map(([from, to]) => ({ fromUs: from * SECOND, toUs: to * SECOND })),
  };
  return dueUs(rules, heard * SECOND, ttl ?? null) / SECOND;
}

describe('the deadline of one heard at 100', () => {
  it.each<[string, Case, number]>([
    ['by TTL and grace', {}, 170],
    ['by its own promise', { ttl: 20 }, 130],
    ['never, where it promises nothing', { ttl: 0 }, Infinity],
    ['is not moved by a gap before', { gaps: [[90, 100]] }, 170],
    ['is not moved by a gap from then on', { gaps: [[170, 180]] }, 170],
    ['begins anew after a gap within', { gaps: [[150, 180]] }, 250],
    ['begins anew after a gap around its begin', { gaps: [[90, 101]] }, 171],
    [
      'and after each of several',
      {
        gaps: [
          [110, 120],
          [180, 185],
          [300, 301],
        ],
      },
      255,
    ],
    ['by settings that come into force', { settings: [settings(0, 60), settings(110, 5)] }, 115],
    ['at once, where the new wait is over', { settings: [settings(0, 60), settings(140, 5)] }, 140],
    ['not by settings that come too late', { settings: [settings(0, 60), settings(171, 5)] }, 170],
    [
      'later by settings that ask for more',
      { settings: [settings(0, 60), settings(169, 90)] },
      200,
    ],
    [
      'never, from when on nothing is asked',
      { settings: [settings(0, 60), settings(169, 0)] },
      Infinity,
    ],
  ])('%s', (_, given, wanted) => {
    expect(due(given)).toBe(wanted);
  });
});
