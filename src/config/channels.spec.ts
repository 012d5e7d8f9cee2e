import fc from 'fast-check';
import { CHANNEL_LIST_PATTERN, firstMatch, parseChannels, redisPattern } from './channels.js';

const matchIn = (list: string, channel: string): string | null =>
  firstMatch(parseChannels(list))(channel)?.name ?? null;

describe('a list of channels', () => {
  it.each([
    ['one channel', 'health:events', [['health:events', false]]],
    [
      'several, in the order given',
      'b,a',
      [
        ['b', false],
        ['a', false],
      ],
    ],
    [
      'blanks around the commas',
      ' a , b ',
      [
        ['a', false],
        ['b', false],
      ],
    ],
    ['a repetition', 'a,a', [['a', false]]],
    ['a pattern', 'health:*', [['health:*', true]]],
    ['other wildcards of Redis, which are plain characters here', 'a?[b]', [['a?[b]', false]]],
  ])('with %s', (_name, list, expected) => {
    const specs = expected.map(([name, isPattern]) => ({ name, isPattern }));
    expect(parseChannels(list)).toEqual(specs);
    expect(CHANNEL_LIST_PATTERN.test(list)).toBe(true);
  });

  it.each([[''], [','], ['a,'], ['a b'], ['x'.repeat(201)]])('cannot be %j', (list) => {
    expect(CHANNEL_LIST_PATTERN.test(list)).toBe(false);
  });
});

describe('the pattern for Redis', () => {
  it.each([
    ['health:*', 'health:*'],
    ['a?b*', 'a\\?b*'],
    ['[x]*', '\\[x\\]*'],
    ['a\\b*', 'a\\\\b*'],
    ['^*', '\\^*'],
  ])('of %s is %s: only * is special', (name, pattern) => {
    expect(redisPattern({ name, isPattern: true })).toBe(pattern);
  });
});

describe('the entry that answers for a channel', () => {
  it.each([
    ['the channel itself', 'a,b', 'b', 'b'],
    ['none', 'a,b', 'c', null],
    ['none: a name is no prefix', 'a', 'ab', null],
    ['the pattern', 'health:*', 'health:eu', 'health:*'],
    ['the pattern, for an empty rest', 'health:*', 'health:', 'health:*'],
    ['the pattern, over colons and line breaks', 'h:*:x', 'h:a:b\n:x', 'h:*:x'],
    ['none: a pattern covers the whole name', 'h:*:x', 'h:a:x:y', null],
    ['the first of two patterns', 'health:*,*:eu', 'health:eu', 'health:*'],
    ['the first of two patterns, the other way round', '*:eu,health:*', 'health:eu', '*:eu'],
    [
      'the channel where it comes before the pattern',
      'health:eu,health:*',
      'health:eu',
      'health:eu',
    ],
    [
      'the pattern where it comes before the channel',
      'health:*,health:eu',
      'health:eu',
      'health:*',
    ],
    ['the later one where the first does not match', 'a:*,*:b', 'x:b', '*:b'],
    ['none: a dot is a dot', 'a.c*', 'abc', null],
    ['none: a question mark is a question mark', 'a?c*', 'abc', null],
    ['the pattern with brackets', 'a[bc](d|e)+*', 'a[bc](d|e)+f', 'a[bc](d|e)+*'],
  ])('is %s', (_name, list, channel, expected) => {
    expect(matchIn(list, channel)).toBe(expected);
  });

  it('is exactly one, whatever the entries, if the channel is made from one of them', () => {
    const part = fc.string({
      unit: fc.constantFrom('a', 'b', ':', '.', '?', '*', '[', ']', '^', '\\', '+'),
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 5 }),
        fc.nat(),
        part,
        (names, n, rest) => {
          const specs = parseChannels(names.join(','));
          const chosen = specs[n % specs.length]?.name ?? '';
          const found = firstMatch(specs)(chosen.replaceAll('*', rest));
          const rank = specs.findIndex(({ name }) => name === found?.name);
          expect(rank).toBeGreaterThanOrEqual(0);
          expect(rank).toBeLessThanOrEqual(n % specs.length);
        },
      ),
    );
  });
});
