import { dedupKeyOf, journalMessageId, messageIdOf } from './identity.js';
import type { IdentitySource } from './identity.js';

const UUID = '2ed6657d-e927-568b-95e1-2665a8aea6a2';
const base: IdentitySource = {
  serviceName: 'payments',
  id: 'evt-1',
  timestampMs: 1_700_000_000_000,
  source: 'health:events',
  raw: Buffer.from('{"service_name":"payments"}'),
};
const idOf = (changes: Partial<IdentitySource>): string | null =>
  messageIdOf({ ...base, ...changes });

describe("an event's identity", () => {
  it('is its own UUID in lower case, whoever sent it, however and when', () => {
    expect(idOf({ id: UUID })).toBe(UUID);
    expect(idOf({ id: UUID.toUpperCase(), serviceName: 'other', timestampMs: null })).toBe(UUID);
  });

  it('is made of service and id where the id is no UUID', () => {
    expect(idOf({})).toBe(idOf({ source: 'other', timestampMs: null, raw: Buffer.from('x') }));
    expect(idOf({})).not.toBe(idOf({ id: 'evt-2' }));
  });

  it('differs between two services that both count 1, 2, 3', () => {
    expect(idOf({ id: '1' })).not.toBe(idOf({ id: '1', serviceName: 'orders' }));
    expect(idOf({ serviceName: 'a', id: 'b1' })).not.toBe(idOf({ serviceName: 'ab', id: '1' }));
  });

  it('is made of channel and raw bytes where there is only a timestamp', () => {
    const withoutId = idOf({ id: null });
    expect(withoutId).toBe(idOf({ id: null, serviceName: 'said again', timestampMs: 5 }));
    expect(withoutId).not.toBe(idOf({ id: null, source: 'other' }));
    expect(withoutId).not.toBe(idOf({ id: null, raw: Buffer.from('{}') }));
  });

  it('is none without id and timestamp', () => {
    expect(idOf({ id: null, timestampMs: null })).toBeNull();
  });

  it('never changes from release to release', () => {
    // Computed by hashlib and uuid of Python.
    expect(idOf({})).toBe('541f2efb-c140-50a6-b5cd-8cdde56289ed');
    expect(idOf({ id: null })).toBe('cdee7873-719c-51f6-b25d-18e04f972c48');
    expect(journalMessageId('1700000000000-0', 3)).toBe('3bfc5b38-a49c-5605-b356-15b99bb52d3e');
  });
});

describe('the deduplication key', () => {
  it.each([
    ['id and timestamp', { messageId: UUID, timestampMs: 5 }, `${UUID}:5`],
    ['id alone', { messageId: UUID, timestampMs: null }, UUID],
    ['the first instant of 1970', { messageId: UUID, timestampMs: 0 }, `${UUID}:0`],
    ['no identity', { messageId: null, timestampMs: null }, null],
  ])('of an event with %s', (_name, event, key) => {
    expect(dedupKeyOf(event)).toBe(key);
  });
});

describe('identity by place in the journal', () => {
  it('is stable, and another for every entry and index', () => {
    const ids = ['1-0', '1-1', '10-0'].flatMap((id) =>
      [0, 1, 10].map((index) => journalMessageId(id, index)),
    );
    expect(new Set(ids).size).toBe(9);
    expect(journalMessageId('1-0', 0)).toBe(ids[0]);
  });
});
