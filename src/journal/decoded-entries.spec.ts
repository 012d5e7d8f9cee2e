import { decodeHealthEvent } from '../events/decoder.js';
import type { JournalEntry } from './entry.js';
import { DecodedEntries } from './decoded-entries.js';

const decoded = (service: string) =>
  decodeHealthEvent(
    Buffer.from(JSON.stringify({ service_name: service, status: 'up' })),
    'channel',
    {
      maxBytes: 1_000,
    },
  );
const entry = (id: string, events = 1, bytes = 100) => ({
  id,
  atUs: 1,
  events: Array.from({ length: events }, () => decoded(id)),
  bytes,
});

/** As it is read. */
const read = (id: string, events = 1, bytes = 100, atUs = 1): JournalEntry => ({
  id,
  atUs,
  events: Array.from({ length: events }, () => ({ source: 'channel', raw: Buffer.alloc(1) })),
  bytes,
});

describe('what ingest decoded', () => {
  it('is there once, for the entry it was appended as', () => {
    const entries = new DecodedEntries();
    const first = entry('9-0');
    entries.remember(first);
    entries.remember(entry('10-0'));
    expect(entries.take(read('9-0'))).toBe(first.events);
    expect(entries.take(read('9-0'))).toBeNull();
    expect(entries.take(read('10-0'))).not.toBeNull();
  });

  it('is forgotten once a later entry is read, and is not mistaken for another', () => {
    const entries = new DecodedEntries();
    for (const id of ['9-1', '9-2', '9-10', '10-0']) entries.remember(entry(id));
    expect(entries.take(read('9-0'))).toBeNull();
    expect(entries.take(read('9-9'))).toBeNull();
    expect(entries.take(read('9-2'))).toBeNull();
    expect(entries.take(read('10-0'))).not.toBeNull();
  });

  it('is bounded in events and in bytes, and has room again for what follows', () => {
    const entries = new DecodedEntries();
    entries.remember(entry('1-0', 6_000));
    entries.remember(entry('2-0', 6_000));
    entries.remember(entry('3-0', 1, 5_000_000));
    entries.remember(entry('4-0', 4_000));
    expect(entries.take(read('1-0', 6000))).toHaveLength(6_000);
    expect(entries.take(read('2-0'))).toBeNull();
    expect(entries.take(read('3-0'))).toBeNull();
    expect(entries.take(read('4-0', 4000))).toHaveLength(4_000);
    entries.remember(entry('5-0', 9_000));
    expect(entries.take(read('5-0', 9000))).toHaveLength(9_000);
  });

  it('is not taken for another entry that was given the same id, nor kept over a lost connection', () => {
    const entries = new DecodedEntries();
    const others = [read('1-0', 2), read('1-0', 1, 99), read('1-0', 1, 100, 2)];
    for (const other of others) {
      entries.remember(entry('1-0'));
      expect(entries.take(other)).toBeNull();
      expect(entries.take(read('1-0'))).toBeNull();
    }
    entries.remember(entry('1-0'));
    entries.forget();
    expect(entries.take(read('1-0'))).toBeNull();
  });
});
