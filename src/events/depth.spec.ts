import fc from 'fast-check';
import { isDeeperThan } from './depth.js';

/** Levels of arrays and objects: 0 for a scalar. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

function nested(levels: number, [open, close]: readonly [string, string]): string {
  return open.repeat(levels) + close.repeat(levels);
}

const ARRAYS = ['[', ']'] as const;
const OBJECTS = ['{"a":', '}'] as const;

describe('the depth check', () => {
  it.each([
    ['arrays', ARRAYS],
    ['objects', OBJECTS],
  ])('takes exactly its limit of %s', (_name, brackets) => {
    expect(isDeeperThan(nested(64, brackets), 64)).toBe(false);
    expect(isDeeperThan(nested(65, brackets), 64)).toBe(true);
  });

  it('counts arrays and objects together', () => {
    const mixed = nested(32, ['[{"a":', '}]']);
    expect(isDeeperThan(mixed, 64)).toBe(false);
    expect(isDeeperThan(`[${mixed}]`, 64)).toBe(true);
  });

  it('does not mistake many siblings for depth', () => {
    expect(isDeeperThan(`[${'[],{},'.repeat(5000)}[]]`, 2)).toBe(false);
  });

  it.each([
    ['brackets', '[['],
    ['escaped quotes', '\\"[['],
    ['escaped backslashes', '\\\\'],
    ['both', '\\\\\\"{{'],
  ])('does not count inside strings with %s', (_name, content) => {
    const text = `{"a":"${content.repeat(200)}"}`;
    expect(JSON.parse(text)).toBeDefined();
    expect(isDeeperThan(text, 1)).toBe(false);
  });

  it('counts again after a string that ends in a backslash', () => {
    expect(isDeeperThan(`["\\\\",${nested(3, ARRAYS)}]`, 3)).toBe(true);
  });

  it('agrees with walking the parsed document', () => {
    const anyJson = fc.json({ maxDepth: 8, stringUnit: 'binary' });
    fc.assert(
      fc.property(anyJson, fc.nat(9), (text, limit) => {
        expect(isDeeperThan(text, limit)).toBe(depthOf(JSON.parse(text)) > limit);
      }),
    );
  });

  it('comes to an end on anything', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', ',', ':', 'a') }),
        fc.nat(5),
        (text, limit) => {
          expect(typeof isDeeperThan(text, limit)).toBe('boolean');
        },
      ),
    );
  });
});
