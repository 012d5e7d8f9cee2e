import fc from 'fast-check';
import { MAX_TIMESTAMP_MS, timestampMsOf } from './timestamp.js';

describe("a publisher's timestamp", () => {
  it.each<[string, unknown, number]>([
    ['epoch seconds', 1_700_000_000, 1_700_000_000_000],
    ['epoch seconds with a fraction', 1_700_000_000.123, 1_700_000_000_123],
    ['epoch seconds with microseconds', 1_700_000_000.123999, 1_700_000_000_123],
    ['epoch milliseconds', 1_700_000_000_123, 1_700_000_000_123],
    ['epoch milliseconds with a fraction', 1_700_000_000_123.9, 1_700_000_000_123],
    ['the last number of seconds', 99_999_999_999, 99_999_999_999_000],
    ['the first number of milliseconds', 100_000_000_000, 100_000_000_000],
    ['a second before 1970', -1.5, -1500],
    ['half a millisecond before 1970', -0.0005, -1],
    ['minus zero', -0, 0],
    ['seconds as text', '1700000000', 1_700_000_000_000],
    ['seconds with a fraction as text', ' 1700000000.5 ', 1_700_000_000_500],
    ['milliseconds as text', '1700000000123', 1_700_000_000_123],
    ['ISO-8601 between blanks', ' 2023-11-14T22:13:20Z\n', 1_700_000_000_000],
    ['microseconds, taken as far-off milliseconds', 1_700_000_000_123_456, 1_700_000_000_123_456],
    ['the last instant of a Date', MAX_TIMESTAMP_MS, MAX_TIMESTAMP_MS],
  ])('may be %s', (_name, value, ms) => {
    expect(timestampMsOf(value)).toBe(ms);
  });

  it.each<[unknown]>([
    [Infinity],
    [-Infinity],
    [NaN],
    [1e18],
    ['1e9'],
    ['0x10'],
    ['1_000'],
    ['1.'],
    ['.5'],
    ['9'.repeat(400)],
    ['infinity'],
    [''],
    ['yesterday'],
    [true],
    [{}],
    [[1_700_000_000]],
  ])('may not be %p', (value) => {
    expect(timestampMsOf(value)).toBeUndefined();
  });

  it('keeps the millisecond of seconds that were milliseconds before, as JavaScript and Python write them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (ms) => {
        expect(timestampMsOf(ms / 1000)).toBe(ms);
        expect(timestampMsOf(String(ms / 1000))).toBe(ms);
      }),
    );
  });
});
