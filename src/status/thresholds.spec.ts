import type { InstanceStatus } from '../events/status-vocabulary.js';
import { DEFAULT_SETTINGS } from './settings.js';
import { firstReport, report, type Thresholds, thresholdsOf } from './thresholds.js';

const WORDS: Readonly<Record<string, InstanceStatus>> = {
  h: 'healthy',
  k: 'unknown',
  d: 'degraded',
  u: 'unhealthy',
  l: 'left',
};

/** The status after each event, both as their first letters. */
function play(events: string, thresholds: Thresholds | null): string {
  const letterOf = new Map(Object.entries(WORDS).map(([letter, word]) => [word, letter]));
  const [first = 'h', ...rest] = events;
  let state = firstReport(WORDS[first] ?? 'unknown');
  let told = letterOf.get(state.status) ?? '';
  for (const letter of rest) {
    state = report(state, WORDS[letter] ?? 'unknown', thresholds);
    told += letterOf.get(state.status) ?? '';
  }
  return told;
}

describe('the status that follows from reports', () => {
  it.each<[string, number, number, string, string]>([
    ['follows at once without thresholds', 1, 1, 'huhdkh', 'huhdkh'],
    ['gets worse after three in a row', 3, 1, 'huuuu', 'hhhuu'],
    ['stays where fewer were worse', 3, 1, 'huuhuuh', 'hhhhhhh'],
    ['counts any worse one, and takes the last', 3, 1, 'hduk', 'hhhk'],
    ['gets better after two in a row', 1, 2, 'uhhh', 'uuhh'],
    ['begins anew where one was worse in between', 1, 2, 'dhuhh', 'dduuh'],
    ['begins anew where one agreed', 2, 1, 'huhuu', 'hhhhu'],
    ['counts better ones and worse ones apart', 2, 2, 'dhuhuu', 'dddddu'],
    ['leaves at once', 5, 5, 'hul', 'hhl'],
    ['returns at once', 5, 5, 'hlu', 'hlu'],
    ['is that of the first event, at once', 9, 9, 'u', 'u'],
  ])('%s', (_name, failure, success, events, expected) => {
    expect(play(events, { failure, success })).toBe(expected);
  });
});

describe('thresholds', () => {
  it('are none where each is the default', () => {
    expect(thresholdsOf(DEFAULT_SETTINGS)).toBeNull();
    expect(
      thresholdsOf({ ...DEFAULT_SETTINGS, failureThreshold: 1, successThreshold: 1 }),
    ).toBeNull();
  });

  it('are 1 where only the other is set', () => {
    const failing = thresholdsOf({ ...DEFAULT_SETTINGS, failureThreshold: 3 });
    const succeeding = thresholdsOf({ ...DEFAULT_SETTINGS, successThreshold: 2 });
    expect([failing, succeeding]).toEqual([
      { failure: 3, success: 1 },
      { failure: 1, success: 2 },
    ]);
  });
});
