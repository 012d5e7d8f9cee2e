import { SECOND } from '../world/time.js';
import type { Heard, Word } from './ledger.js';
import type { Life } from './life.js';
import { reportedOf } from './reported.js';
import type { Rules } from './rules.js';
import { truthOf } from './service-truth.js';

/** `[received, word]`, or `[received, word, effective]`, in seconds. */
type Told = readonly [number, Word] | readonly [number, Word, number];

function lifeOf(told: readonly Told[], removedAt?: number, instanceId = 'a'): Life {
  const heard = told.map(([received, word, effective = received], nth): Heard => ({
    number: nth,
    receivedUs: received * SECOND,
    effectiveUs: effective * SECOND,
    word,
    ttlSeconds: null,
  }));
  const [first, ...rest] = heard;
  if (first === undefined) throw new Error('nothing was told');
  const throughUs = heard.at(-1)?.receivedUs ?? 0;
  const name = { serviceName: 's', instanceId };
  return {
    ledger: { ...name, heard, arrivedUs: [] },
    heard: [first, ...rest],
    removal:
      removedAt === undefined
        ? null
        : { ...name, reason: 'expired', removedUs: removedAt * SECOND, throughUs },
  };
}

/** TTL and grace make 70 s together. */
function rules(failureThreshold = 1, successThreshold = 1): Rules {
  return {
    settings: [
      {
        fromUs: 0,
        ttlSeconds: 60,
        graceSeconds: 10,
        failureThreshold,
        successThreshold,
        expectedInstances: 0,
      },
    ],
    gaps: [],
  };
}

const text = (steps: readonly { readonly fromUs: number; readonly status: string }[]): string =>
  steps.map(({ fromUs, status }) => `${String(fromUs / SECOND)} ${status}`).join(', ');

describe('what an instance reported', () => {
  it.each<[string, readonly Told[], Rules, string]>([
    [
      'changes with its words',
      [
        [0, 'healthy'],
        [1, 'healthy'],
        [2, 'degraded'],
      ],
      rules(),
      '0 healthy, 2 degraded',
    ],
    [
      'stands in event time',
      [
        [0, 'healthy'],
        [9, 'unhealthy'],
        [10, 'degraded', 5],
      ],
      rules(),
      '0 healthy, 5 degraded, 9 unhealthy',
    ],
    [
      'waits for enough worse ones',
      [
        [0, 'healthy'],
        [1, 'degraded'],
        [2, 'unhealthy'],
      ],
      rules(2),
      '0 healthy, 2 unhealthy',
    ],
    [
      'begins to count anew after a good one',
      [
        [0, 'healthy'],
        [1, 'unhealthy'],
        [2, 'healthy'],
        [3, 'unhealthy'],
      ],
      rules(2),
      '0 healthy',
    ],
    [
      'waits for enough better ones',
      [
        [0, 'unhealthy'],
        [1, 'healthy'],
        [2, 'degraded'],
        [3, 'healthy'],
      ],
      rules(1, 3),
      '0 unhealthy, 3 healthy',
    ],
    [
      'leaves at once and returns at once',
      [
        [0, 'healthy'],
        [1, 'left'],
        [2, 'unhealthy'],
      ],
      rules(3, 3),
      '0 healthy, 1 left, 2 unhealthy',
    ],
  ])('%s', (_, told, given, wanted) => {
    expect(text(reportedOf(lifeOf(told), given))).toBe(wanted);
  });
});

describe('what is shown of an instance', () => {
  const shown = (told: readonly Told[], removedAt?: number): string =>
    text(truthOf([lifeOf(told, removedAt)], rules(), 1_000 * SECOND).lives[0]?.shown ?? []);

  it.each<[string, readonly Told[], string]>([
    [
      'is stale from the deadline to the reception',
      [
        [0, 'healthy'],
        [90, 'healthy'],
        [950, 'healthy'],
      ],
      '0 healthy, 70 stale, 90 healthy, 160 stale, 950 healthy',
    ],
    [
      'is not stale where it was heard just then',
      [
        [0, 'healthy'],
        [70, 'healthy'],
        [940, 'left'],
      ],
      '0 healthy, 140 stale, 940 left',
    ],
    [
      'is what was reported then, after a silence',
      [
        [0, 'healthy'],
        [90, 'degraded', 60],
        [950, 'degraded'],
      ],
      '0 healthy, 60 degraded, 70 stale, 90 degraded, 160 stale, 950 degraded',
    ],
    [
      'hides what was reported of the time of silence',
      [
        [0, 'healthy'],
        [90, 'healthy'],
        [91, 'unhealthy', 80],
        [150, 'left'],
      ],
      '0 healthy, 70 stale, 90 healthy, 150 left',
    ],
    [
      'is never stale after a leave word',
      [
        [0, 'healthy'],
        [5, 'left'],
      ],
      '0 healthy, 5 left',
    ],
    [
      'waits for one whose leave word is older than another word',
      [
        [0, 'healthy'],
        [5, 'healthy'],
        [6, 'left', 4],
        [950, 'left'],
      ],
      '0 healthy, 4 left, 5 healthy, 76 stale, 950 left',
    ],
  ])('%s', (_, told, wanted) => {
    expect(shown(told)).toBe(wanted);
  });

  it('ends when it is taken out', () => {
    expect(shown([[0, 'healthy']], 400)).toBe('0 healthy, 70 stale');
    expect(shown([[0, 'healthy']], 70)).toBe('0 healthy');
  });
});

describe('a service', () => {
  it('follows its instances, and those who were taken out no more', () => {
    const { steps } = truthOf(
      [
        lifeOf(
          [
            [0, 'healthy'],
            [60, 'healthy'],
          ],
          430,
          'a',
        ),
        lifeOf(
          [
            [10, 'healthy'],
            [70, 'healthy'],
            [130, 'unhealthy'],
            [190, 'healthy'],
          ],
          undefined,
          'b',
        ),
      ],
      rules(),
      1_000 * SECOND,
    );
    // b is due at 260, when a is stale already.
    expect(text(steps)).toBe('0 healthy, 130 unhealthy, 190 degraded, 260 stale');
  });
});
