import fc from 'fast-check';
import {
  firstCharacters,
  hasControlOrLoneSurrogate,
  hasNulOrLoneSurrogate,
  isLongerThan,
  printable,
  storable,
} from './text.js';

const anyText = fc.string({ unit: 'binary', maxLength: 40 });
/** UTF-16 units at random: lone surrogates and NUL come up often. */
const anyUnits = fc
  .array(fc.oneof(fc.constantFrom(0, 0x41, 0xd83d, 0xde00, 0xd800, 0xdfff), fc.nat(0xffff)))
  .map((units) => String.fromCharCode(...units));

describe('characters that a name may not have', () => {
  it.each([
    ['NUL', 'a\0b'],
    ['line feed', 'a\nb'],
    ['carriage return', 'a\rb'],
    ['escape', 'a\u001b[31mb'],
    ['DEL', 'a\u007fb'],
    ['first of C1', 'a\u0080b'],
    ['last of C1', 'a\u009fb'],
    ['lone high surrogate', 'a\ud83d'],
    ['lone low surrogate', '\ude00a'],
    ['surrogates the wrong way round', '\ude00\ud83d'],
  ])('include %s', (_name, text) => {
    expect(hasControlOrLoneSurrogate(text)).toBe(true);
  });

  it.each(['a b', 'Zahlung-ä', '支付', '😀', "'; DROP TABLE x --", '<b>', '\u00a0x'])(
    'do not include those of %j',
    (text) => {
      expect(hasControlOrLoneSurrogate(text)).toBe(false);
    },
  );
});

describe('text made storable', () => {
  it('loses NUL and lone surrogates to U+FFFD and keeps all else', () => {
    expect(storable('a\0b\ud83dc😀\n')).toBe('a\ufffdb\ufffdc😀\n');
  });

  it('is well formed, free of NUL, as long as before, and stays as it is when made so again', () => {
    fc.assert(
      fc.property(anyUnits, (text) => {
        const made = storable(text);
        expect(hasNulOrLoneSurrogate(made)).toBe(false);
        expect(made).toHaveLength(text.length);
        expect(storable(made)).toBe(made);
        expect(Buffer.from(made).toString()).toBe(made);
      }),
    );
  });
});

describe('cutting', () => {
  it('counts code points and splits no surrogate pair', () => {
    expect(firstCharacters('a😀b', 2)).toBe('a😀');
    expect(firstCharacters('😀😀', 1)).toBe('😀');
    expect(isLongerThan('😀😀', 2)).toBe(false);
    expect(isLongerThan('😀😀a', 2)).toBe(true);
  });

  it('agrees with taking a string for an array of code points', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, anyUnits), fc.nat(45), (text, limit) => {
        expect(firstCharacters(text, limit)).toBe(Array.from(text).slice(0, limit).join(''));
        expect(isLongerThan(text, limit)).toBe(Array.from(text).length > limit);
      }),
    );
  });
});

describe('printable text', () => {
  it('spells what could mislead a terminal or a reader', () => {
    expect(printable('a\r\n\u001b[31m\u202e\ufeff\u2028', 99)).toBe(
      'a\\u{d}\\u{a}\\u{1b}[31m\\u{202e}\\u{feff}\\u{2028}',
    );
  });

  it('shows that something was cut', () => {
    expect(printable('abcdef', 3)).toBe('abc…');
    expect(printable('abc', 3)).toBe('abc');
  });

  it('never has a control character and never more than its limit and an ellipsis', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, anyUnits), fc.nat(30), (text, limit) => {
        const shown = printable(text, limit);
        expect(hasControlOrLoneSurrogate(shown)).toBe(false);
        expect(Array.from(shown).length).toBeLessThanOrEqual(limit + 1);
      }),
    );
  });
});
