import { decodeHealthEvent } from '../events/decoder.js';
import { withoutDocument } from '../journal/decoded-entries.js';
import fc from 'fast-check';
import type { JournalEntry } from '../journal/entry.js';
import { heartbeatParts } from '../observation/synthetic-message.js';
import { Batch, haveCommonKey, letterOf } from './batch.js';
import { messageKey } from '../storage/messages.repository.js';

const AT_US = 1_700_000_000_000_000;
const NOW_US = AT_US + 5_000;
const DAY_US = 86_400_000_000;
const LIMITS = { eventMaxBytes: 1_000, windowDays: 7 };

const GOOD = { service: 'payments', status: 'up' };

function entryOf(
  documents: readonly (object | string)[],
  { id = '1700000000000-0', atUs = AT_US }: { id?: string; atUs?: number } = {},
): JournalEntry {
  const events = documents.map((document) => ({
    source: 'health:events',
    raw: Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)),
  }));
  return { id, atUs, events, bytes: events.reduce((sum, { raw }) => sum + raw.length, 0) };
}

function batchOf(...entries: readonly JournalEntry[]): Batch {
  const batch = new Batch(LIMITS);
  for (const entry of entries) batch.add(entry, NOW_US);
  batch.close();
  return batch;
}

describe('a batch', () => {
  it('is empty at first', () => {
    const batch = batchOf();
    expect(batch).toMatchObject({ events: 0, bytes: 0, duplicates: 0, oldestAtUs: null });
  });

  it('takes events with their place in the journal', () => {
    const entry = entryOf([GOOD, { ...GOOD, service: 'orders' }]);
    const batch = batchOf(entry);
    expect(batch.candidates).toEqual([
      expect.objectContaining({ entry, index: 0 }),
      expect.objectContaining({ entry, index: 1 }),
    ]);
    expect(batch.candidates.map(({ event }) => [event.serviceName, event.receivedAtUs])).toEqual([
      ['payments', AT_US],
      ['orders', AT_US + 1],
    ]);
  });

  it('takes over what was decoded before, with the document from the bytes of the journal', () => {
    const entry = entryOf([GOOD, { pattern: 'x', data: GOOD }, 'no json']);
    const decoded = entry.events.map(({ source, raw }) => {
      const own = Buffer.from(raw);
      const made = withoutDocument(decodeHealthEvent(own, source, { maxBytes: 1_000 }), own);
      own.fill('x'); // others are written over what ingest held
      return made;
    });
    expect(decoded.map((one) => one?.ok)).toEqual([true, undefined, false]);

    const batch = batchOf({ ...entry, decoded });

    expect(batch.candidates).toEqual(
      batchOf(entry).candidates.map((candidate) => ({
        ...candidate,
        entry: { ...entry, decoded },
      })),
    );
    expect(batch.letters).toEqual(batchOf(entry).letters);
  });

  it('knows how much it holds, of whatever became of the events', () => {
    const entries = [entryOf([GOOD, 'no json'], { id: '2-0' }), entryOf([GOOD], { id: '1-0' })];
    const batch = batchOf(...entries);
    expect(batch).toMatchObject({ events: 3, entries });
    expect(batch.bytes).toBe(2 * JSON.stringify(GOOD).length + 'no json'.length);
  });

  it('is as old as the reception of its oldest entry', () => {
    const late = entryOf([GOOD], { id: '2-0', atUs: AT_US + 9 });
    const early = entryOf([GOOD], { id: '3-0', atUs: AT_US + 3 });
    expect(batchOf(late, early).oldestAtUs).toBe(AT_US + 3);
  });

  it('takes an entry without events, so that it can be acknowledged', () => {
    const entry = entryOf([]);
    expect(batchOf(entry)).toMatchObject({ entries: [entry], candidates: [], letters: [] });
  });

  it('counts the events whose word for the status is not in the vocabulary, once each', () => {
    const odd = { ...GOOD, status: 'wobbly', id: '1', timestamp: AT_US / 1_000 };
    expect(batchOf(entryOf([GOOD, odd, odd])).unlistedStatuses).toBe(1);
  });
});

describe('an event met twice in a batch', () => {
  const timestamp = AT_US / 1_000;

  it.each([
    ['the same id and timestamp', { id: '1', timestamp }, { id: '1', timestamp }, 1],
    [
      'the same id and timestamp with other content',
      { id: '1', timestamp },
      { id: '1', timestamp, message: 'again' },
      1,
    ],
    ['the same bytes with a timestamp', { timestamp }, { timestamp }, 1],
    [
      'the same id at another time',
      { id: '1', timestamp },
      { id: '1', timestamp: timestamp + 1 },
      0,
    ],
    ['another id', { id: '1', timestamp }, { id: '2', timestamp }, 0],
    ['the same bytes without identity', {}, {}, 0],
    ['the same id without a timestamp, at another reception', { id: '1' }, { id: '1' }, 0],
  ])('is told by its key: %s', (_name, first, second, duplicates) => {
    const batch = batchOf(
      entryOf([
        { ...GOOD, ...first },
        { ...GOOD, ...second },
      ]),
    );
    expect(batch).toMatchObject({ events: 2, duplicates });
    expect(batch.candidates).toHaveLength(2 - duplicates);
  });

  it('is told across entries', () => {
    const document = { ...GOOD, id: '1', timestamp };
    const batch = batchOf(entryOf([document], { id: '1-0' }), entryOf([document], { id: '2-0' }));
    expect(batch.duplicates).toBe(1);
    expect(batch.candidates.map(({ entry }) => entry.id)).toEqual(['1-0']);
  });
});

/** Events of few ids and few times, so that many keys are met again. */
const someKeys = fc.array(fc.record({ id: fc.nat(6), ms: fc.nat(3) }), { maxLength: 12 });

describe('a closed batch', () => {
  const batchOfKeys = (keys: readonly { readonly id: number; readonly ms: number }[]): Batch =>
    batchOf(entryOf(keys.map(({ id, ms }) => ({ ...GOOD, id, timestamp: AT_US / 1_000 - ms }))));
  const keysOf = (batch: Batch): string[] => batch.candidates.map(({ event }) => messageKey(event));

  it('holds each key once, by what came first', () => {
    fc.assert(
      fc.property(someKeys, (sent) => {
        const batch = batchOfKeys(sent);
        const first = new Map<string, number>();
        for (const [index, { id, ms }] of sent.entries()) {
          const key = `${String(id)} ${String(ms)}`;
          if (!first.has(key)) first.set(key, index);
        }
        const kept = batch.candidates.map(({ index }) => index);
        expect(kept.sort((a, b) => a - b)).toEqual([...first.values()]);
        expect(batch.duplicates).toBe(sent.length - first.size);
        expect(new Set(keysOf(batch)).size).toBe(batch.candidates.length);
      }),
    );
  });

  it('has a key in common with another exactly where both hold one', () => {
    fc.assert(
      fc.property(someKeys, someKeys, (some, others) => {
        const [one, other] = [batchOfKeys(some), batchOfKeys(others)];
        const keys = new Set(keysOf(one));
        const isExpected = keysOf(other).some((key) => keys.has(key));
        expect(haveCommonKey(one, other)).toBe(isExpected);
        expect(haveCommonKey(other, one)).toBe(isExpected);
      }),
    );
  });
});

describe('an event that cannot be stored', () => {
  it.each([
    ['invalid_json', '{'],
    ['not_an_object', 'null'],
    ['too_large', { ...GOOD, padding: 'x'.repeat(1_000) }],
    ['missing_service_name', { status: 'up' }],
    ['invalid_service_name', { ...GOOD, service: '' }],
    ['missing_status', { service: 'payments' }],
    ['invalid_field', { ...GOOD, timestamp: '+275760-09-13T12:00:00Z' }],
    ['invalid_field', { ...GOOD, ttl_seconds: -1 }],
    ['timestamp_out_of_window', { ...GOOD, timestamp: AT_US / 1_000 - 8 * (DAY_US / 1_000) }],
  ])('becomes a dead letter with its bytes: %s', (reason, document) => {
    const entry = entryOf([GOOD, document, GOOD]);
    const batch = batchOf(entry);
    expect(batch.letters).toEqual([
      {
        journalId: entry.id,
        eventIndex: 1,
        attempts: 1,
        source: 'health:events',
        reason,
        detail: expect.stringMatching(/.{10}/),
        raw: entry.events[1]?.raw,
        receivedAtUs: AT_US + 1,
      },
    ]);
    expect(batch.candidates.map(({ index }) => index)).toEqual([0, 2]);
  });

  it('is no duplicate: each of two equal ones is a letter', () => {
    const batch = batchOf(entryOf(['{', '{']));
    expect(batch.letters.map(({ eventIndex }) => eventIndex)).toEqual([0, 1]);
    expect(batch.duplicates).toBe(0);
  });
});

describe('an entry whose own time is no time of reception', () => {
  it.each([
    ['a day ahead', NOW_US + DAY_US, true],
    ['more than a day ahead', NOW_US + DAY_US + 1, false],
    ['400 days old', NOW_US - 400 * DAY_US, true],
    ['more than 400 days old', NOW_US - 400 * DAY_US - 1, false],
    ['of 1970', 5, false],
    ['beyond all dates', Number.MAX_SAFE_INTEGER, false],
  ])('is told by its distance from now: %s', (_name, atUs, isTaken) => {
    const batch = batchOf(entryOf([GOOD, GOOD], { atUs }));
    expect(batch.candidates).toHaveLength(isTaken ? 2 : 0);
    expect(batch.letters.map(({ reason, receivedAtUs }) => [reason, receivedAtUs])).toEqual(
      isTaken ? [] : Array(2).fill(['timestamp_out_of_window', NOW_US]),
    );
  });

  it('gives its events places of their own all the same', () => {
    const { letters } = batchOf(entryOf([GOOD, GOOD], { id: '5-0', atUs: 5 }));
    expect(letters.map(({ journalId, eventIndex }) => [journalId, eventIndex])).toEqual([
      ['5-0', 0],
      ['5-0', 1],
    ]);
    expect(letters[0]?.detail).toContain('5-0');
  });
});

describe('a letter', () => {
  it('cannot be written about an event that is not there', () => {
    const rejection = { reason: 'invalid_json', detail: 'x' } as const;
    expect(() => letterOf(entryOf([GOOD]), 1, rejection)).toThrow(RangeError);
  });
});

describe('our own messages in a batch', () => {
  const heartbeatAt = (publishedUs: number): string => {
    const unsent = { bootId: 'b', sequence: 1, cause: 'not_running', lostCount: null } as const;
    const [before, between, after] = heartbeatParts(unsent);
    return `${before}${String(publishedUs)}${between}${String(publishedUs)}${after}`;
  };

  it('are among no counts, and leave the events around them their places', () => {
    const batch = batchOf(entryOf([heartbeatAt(AT_US - 9), GOOD, heartbeatAt(AT_US), GOOD]));
    expect(batch).toMatchObject({ events: 2, oldestAtUs: AT_US, letters: [] });
    expect(batch.candidates.map(({ event }) => event.receivedAtUs)).toEqual([AT_US + 1, AT_US + 3]);
    expect(batch.heartbeats.map(({ publishedUs }) => publishedUs)).toEqual([AT_US - 9, AT_US]);
  });

  it('alone make a batch without events, as old as nothing', () => {
    const batch = batchOf(entryOf([heartbeatAt(AT_US)]));
    expect(batch).toMatchObject({ events: 0, oldestAtUs: null, candidates: [], letters: [] });
    expect(batch.entries).toHaveLength(1);
  });

  it('that tell of a time long after their reception are dead letters: somebody made them up', () => {
    const batch = batchOf(entryOf([heartbeatAt(AT_US + DAY_US)]));
    expect(batch).toMatchObject({ events: 1, heartbeats: [] });
    expect(batch.letters).toHaveLength(1);
  });
});
