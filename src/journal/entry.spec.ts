import { type JournalEntry, parseEntry } from './entry.js';

const ID = '1700000000123-4';
const AT_OF_ID = 1_700_000_000_123_004;

const parse = (fields: readonly string[], id = ID): JournalEntry =>
  parseEntry(
    id,
    fields.map((field) => Buffer.from(field)),
  );
const told = (entry: JournalEntry): string[] =>
  entry.events.map(({ source, raw }) => `${source}=${raw.toString()}`);

describe('an entry of the journal', () => {
  it('holds its events in order, with their bytes untouched', () => {
    const raw = Buffer.from([0xff, 0x00, 0x0a]);
    const entry = parseEntry(ID, [Buffer.from('c'), raw, Buffer.from('d'), Buffer.from('2')]);
    expect(entry.events).toEqual([
      { source: 'c', raw },
      { source: 'd', raw: Buffer.from('2') },
    ]);
    expect(entry).toMatchObject({ id: ID, bytes: 4 });
  });

  it.each<[string, string[], number, string[]]>([
    ['is the field at', ['at', '1700000000999999', 'c', 'x'], 1_700_000_000_999_999, ['c=x']],
    ['is that of the id without one', ['c', 'x', 'd', 'y'], AT_OF_ID, ['c=x', 'd=y']],
    ['is that of the id for a channel called at', ['at', '{"a":1}'], AT_OF_ID, ['at={"a":1}']],
    [
      'is that of the id where at is not in first place',
      ['c', 'x', 'at', '5'],
      AT_OF_ID,
      ['c=x', 'at=5'],
    ],
    ['is the first at; the second is a channel', ['at', '7', 'at', '8'], 7, ['at=8']],
    ['is that of the id where at is negative', ['at', '-5'], AT_OF_ID, ['at=-5']],
    ['is that of the id where at is no whole number', ['at', '1e3'], AT_OF_ID, ['at=1e3']],
    ['is that of the id where at is empty', ['at', ''], AT_OF_ID, ['at=']],
    [
      'is that of the id where at has too many digits',
      ['at', '1'.repeat(17)],
      AT_OF_ID,
      [`at=${'1'.repeat(17)}`],
    ],
    ['is that of the id for a channel that begins with at', ['at2', '5'], AT_OF_ID, ['at2=5']],
    ['is the field at of an entry without events', ['at', '7'], 7, []],
  ])('has a time that %s', (_name, fields, atUs, events) => {
    const entry = parse(fields);
    expect(entry.atUs).toBe(atUs);
    expect(told(entry)).toEqual(events);
  });

  it('is empty where it was deleted', () => {
    expect(parse([])).toEqual({ id: ID, atUs: AT_OF_ID, events: [], bytes: 0 });
  });

  it('passes over a field without a value', () => {
    expect(told(parse(['c', 'x', 'd']))).toEqual(['c=x']);
    expect(parse(['at'])).toMatchObject({ atUs: AT_OF_ID, events: [] });
  });
});

describe('the time of an id', () => {
  it.each([
    ['1700000000123-0', 1_700_000_000_123_000],
    ['1700000000123-999', 1_700_000_000_123_999],
    ['1700000000123-1000', 1_700_000_000_123_999],
    ['1700000000123-18446744073709551615', 1_700_000_000_123_999],
    ['0-1', 1],
    ['1700000000123', 1_700_000_000_123_000],
    ['18446744073709551615-0', Number.MAX_SAFE_INTEGER],
  ])('%s is %d µs', (id, atUs) => {
    expect(parse(['c', 'x'], id).atUs).toBe(atUs);
  });

  it('keeps the order of entries of one millisecond', () => {
    const times = ['5-0', '5-1', '5-2', '6-0'].map((id) => parse(['c', 'x'], id).atUs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(times).size).toBe(4);
  });
});
