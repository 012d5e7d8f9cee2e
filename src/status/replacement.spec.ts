import { findReplacements } from './replacement.js';

const SECOND = 1_000_000;

/** Name, first and last word, deadline; in seconds. */
type Silent = readonly [id: string, first: number, last: number, due: number];
type Left = readonly [id: string, first: number, last: number];
type New = readonly [id: string, first: number];

interface Course {
  readonly silent: readonly Silent[];
  readonly left?: readonly Left[];
  readonly come?: readonly New[];
  readonly replaced: string;
}

describe('an instance that fell silent', () => {
  it.each<[string, Course]>([
    ['has no replacement where nobody came', { silent: [['a', 0, 1000, 1075]], replaced: '' }],
    [
      'is replaced by one that came while it was silent',
      { silent: [['a', 0, 1000, 1075]], come: [['b', 1010]], replaced: 'a' },
    ],
    [
      'is replaced by one that came at its deadline',
      { silent: [['a', 0, 1000, 1075]], come: [['b', 1075]], replaced: 'a' },
    ],
    [
      'is not replaced by one that came behind it',
      { silent: [['a', 0, 1000, 1075]], come: [['b', 1076]], replaced: '' },
    ],
    [
      'is replaced by one that came shortly before the last word of an established one',
      { silent: [['a', 0, 1000, 1075]], come: [['b', 950]], replaced: 'a' },
    ],
    [
      'is not replaced by one that was there for long',
      { silent: [['a', 0, 1000, 1075]], come: [['b', 940]], replaced: '' },
    ],
    [
      'is not replaced by one that came with it',
      { silent: [['a', 990, 1000, 1075]], come: [['b', 995]], replaced: '' },
    ],
    [
      'is not replaced by one that became known with it, though behind its last word',
      { silent: [['a', 1000, 1000, 1075]], come: [['b', 1004]], replaced: '' },
    ],
    [
      'is replaced by one that came half a short wait later',
      { silent: [['a', 1000, 1000, 1003]], come: [['b', 1002]], replaced: 'a' },
    ],
    [
      'shares no replacement: the live count would be lower than before',
      {
        silent: [
          ['a', 0, 1000, 1075],
          ['c', 0, 1001, 1076],
        ],
        come: [['b', 1010]],
        replaced: 'a',
      },
    ],
    [
      'is replaced in a rolling redeploy, each by its own',
      {
        silent: [
          ['a', 0, 1000, 1075],
          ['b', 0, 1030, 1105],
          ['c', 0, 1060, 1135],
        ],
        come: [
          ['x', 1005],
          ['y', 1035],
          ['z', 1065],
        ],
        replaced: 'a b c',
      },
    ],
    [
      'is not replaced by one that took the place of who left',
      {
        silent: [['a', 0, 1000, 1075]],
        left: [['c', 0, 1005]],
        come: [['b', 1010]],
        replaced: '',
      },
    ],
    [
      'is replaced where who left did so long ago',
      {
        silent: [['a', 0, 1000, 1075]],
        left: [['c', 0, 900]],
        come: [['b', 1010]],
        replaced: 'a',
      },
    ],
  ])('%s', (_name, { silent, left = [], come = [], replaced }) => {
    const found = findReplacements(
      silent.map(([instanceId, first, last, due]) => ({
        instanceId,
        firstSeenUs: first * SECOND,
        lastSeenUs: last * SECOND,
        dueAtUs: due * SECOND,
      })),
      left.map(([instanceId, first, last]) => ({
        instanceId,
        firstSeenUs: first * SECOND,
        lastSeenUs: last * SECOND,
      })),
      come.map(([instanceId, first]) => ({ instanceId, firstSeenUs: first * SECOND })),
    );
    expect([...found.replaced].join(' ')).toBe(replaced);
    expect(found.comers).toHaveLength(found.replaced.size + found.succeeded.length);
  });
});
