import fc from 'fast-check';
import { isoTimestampMs } from './iso-timestamp.js';

const anyDate = fc.date({
  min: new Date('0000-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});

const two = (value: number): string => String(value).padStart(2, '0');

describe('an ISO-8601 timestamp', () => {
  it.each([
    ['2026-02-03T04:05:06.789Z', '2026-02-03T04:05:06.789Z'],
    ['2026-02-03T04:05:06Z', '2026-02-03T04:05:06.000Z'],
    ['2026-02-03t04:05:06z', '2026-02-03T04:05:06.000Z'],
    ['2026-02-03 04:05:06', '2026-02-03T04:05:06.000Z'],
    ['2026-02-03T04:05', '2026-02-03T04:05:00.000Z'],
    ['2026-02-03T04:05+01:00', '2026-02-03T03:05:00.000Z'],
    ['2026-02-03', '2026-02-03T00:00:00.000Z'],
    ['2026-02-03T04:05:06,5Z', '2026-02-03T04:05:06.500Z'],
    ['2026-02-03T04:05:06.1239999999999999999Z', '2026-02-03T04:05:06.123Z'],
    ['2026-02-03T04:05:06.789123+00:00', '2026-02-03T04:05:06.789Z'],
    ['2026-02-03T04:05:06+0530', '2026-02-02T22:35:06.000Z'],
    ['2026-02-03T04:05:06-05', '2026-02-03T09:05:06.000Z'],
    ['2026-02-03T04:05:06-00:00', '2026-02-03T04:05:06.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['0000-02-29T00:00:00Z', '0000-02-29T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['+010000-01-01T00:00:00Z', '+010000-01-01T00:00:00.000Z'],
    ['-000001-01-01T00:00:00Z', '-000001-01-01T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.999Z'],
    ['2017-01-01T00:59:60.5+01:00', '2016-12-31T23:59:59.999Z'],
  ])('%s is %s', (text, expected) => {
    expect(new Date(isoTimestampMs(text) ?? NaN).toISOString()).toBe(expected);
  });

  it.each([
    '',
    'now',
    'infinity',
    '-infinity',
    'NaN',
    '1',
    '2026',
    '2026-02',
    '20260203T040506Z',
    '2026-2-3',
    '2026-00-01',
    '2026-13-01',
    '2026-01-00',
    '2026-01-32',
    '2026-04-31',
    '2023-02-29',
    '1900-02-29',
    '2026-02-03T',
    '2026-02-03T04',
    '2026-02-03T0405',
    '2026-02-03T24:00:00Z',
    '2026-02-03T04:60:00Z',
    '2026-02-03T04:05:61Z',
    '2026-02-03T04:05:60Z',
    '2026-02-03T23:59:60+01:00',
    '2026-02-03T04:05:06.',
    '2026-02-03T04:05:06.Z',
    '2026-02-03T04:05.5Z',
    '2026-02-03T04:05:06ZZ',
    '2026-02-03T04:05:06 Z',
    '2026-02-03T04:05:06+',
    '2026-02-03T04:05:06+1',
    '2026-02-03T04:05:06+24:00',
    '2026-02-03T04:05:06+01:60',
    '2026-02-03T04:05:06+01:0',
    '2026-02-03T04:05:06+01:000',
    '2026-02-03T04:05:06UTC',
    '2026-02-03Z',
    '2026-02-03X04:05:06Z',
    '2026/02/03T04:05:06Z',
    '２０２６-02-03T04:05:06Z',
    '+999999-01-01T00:00:00Z',
    '+275760-09-13T00:00:00.001Z',
    '-271821-04-19T23:59:59.999Z',
    ' 2026-02-03',
  ])('is not %j', (text) => {
    expect(isoTimestampMs(text)).toBeUndefined();
  });

  it('is read as Date#toISOString wrote it', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        expect(isoTimestampMs(date.toISOString())).toBe(date.getTime());
      }),
    );
  });

  it("is read as Python's isoformat wrote it: microseconds unless 0, offset unless naive", () => {
    const offset = fc.option(fc.integer({ min: -14 * 60, max: 14 * 60 }));
    fc.assert(
      fc.property(anyDate, fc.nat(999), offset, (date, microseconds, minutes) => {
        const micros =
          two(date.getUTCMilliseconds()).padStart(3, '0') + two(microseconds).padStart(3, '0');
        const fraction = micros === '000000' ? '' : `.${micros}`;
        const distance = Math.abs(minutes ?? 0);
        const sign = (minutes ?? 0) < 0 ? '-' : '+';
        const zone =
          minutes === null ? '' : `${sign}${two(Math.floor(distance / 60))}:${two(distance % 60)}`;
        const text = `${date.toISOString().slice(0, 19)}${fraction}${zone}`;
        expect(isoTimestampMs(text)).toBe(date.getTime() - (minutes ?? 0) * 60_000);
      }),
    );
  });

  it('is nothing that Date.parse reads otherwise, once a zone is given', () => {
    const almost = fc
      .tuple(
        fc.integer({ min: 1900, max: 2100 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 59 }),
      )
      .map(([y, mo, d, h, mi, s]) => `${y}-${two(mo)}-${two(d)}T${two(h)}:${two(mi)}:${two(s)}Z`);
    fc.assert(
      fc.property(almost, (text) => {
        const ms = isoTimestampMs(text);
        const date = new Date(text);
        // Date.parse takes 31 February for 3 March; we do not.
        const isReal =
          !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text.slice(0, 19));
        expect(ms).toBe(isReal ? date.getTime() : undefined);
      }),
    );
  });
});
