import { decodeHealthEvent } from '../events/decoder.js';
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
  events: Array.from({ length: events }, () => decoded(id)),
  bytes,
});

describe('what ingest decoded', () => {
  it('is there once, for the entry it was appended as', () => {
    const entries = new DecodedEntries();
    const first = entry('9-0');
    entries.remember(first);
    entries.remember(entry('10-0'));
    expect(entries.take('9-0')).toBe(first.events);
    expect(entries.take('9-0')).toBeNull();
    expect(entries.take('10-0')).not.toBeNull();
  });

  it('is forgotten once a later entry is read, and is not mistaken for another', () => {
    const entries = new DecodedEntries();
    for (const id of ['9-1', '9-2', '9-10', '10-0']) entries.remember(entry(id));
    expect(entries.take('9-0')).toBeNull();
    expect(entries.take('9-9')).toBeNull();
    expect(entries.take('9-2')).toBeNull();
    expect(entries.take('10-0')).not.toBeNull();
  });

  it('is bounded in events and in bytes, and has room again for what follows', () => {
    const entries = new DecodedEntries();
    entries.remember(entry('1-0', 6_000));
    entries.remember(entry('2-0', 6_000));
    entries.remember(entry('3-0', 1, 5_000_000));
    entries.remember(entry('4-0', 4_000));
    expect(entries.take('1-0')).toHaveLength(6_000);
    expect(entries.take('2-0')).toBeNull();
    expect(entries.take('3-0')).toBeNull();
    expect(entries.take('4-0')).toHaveLength(4_000);
    entries.remember(entry('5-0', 9_000));
    expect(entries.take('5-0')).toHaveLength(9_000);
  });
});
