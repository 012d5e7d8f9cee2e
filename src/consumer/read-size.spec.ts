import fc from 'fast-check';
import { ReadSize } from './read-size.js';

const MEBIBYTE = 1024 * 1024;

interface Read {
  readonly entries: number;
  readonly events: number;
  readonly bytes: number;
}

function after(...reads: readonly Read[]): ReadSize {
  const size = new ReadSize();
  for (const { entries, events, bytes } of reads) size.observe(entries, events, bytes);
  return size;
}

describe('how many entries are asked for', () => {
  it('is few before anything is known of their size', () => {
    expect(after().count(2_000, 4 * MEBIBYTE)).toBe(16);
    expect(after({ entries: 0, events: 0, bytes: 0 }).count(2_000, 4 * MEBIBYTE)).toBe(16);
  });

  it.each<[string, Read, number]>([
    ['a hundred at most where each holds one', { entries: 10, events: 10, bytes: 2_000 }, 100],
    ['a fortieth where each holds forty', { entries: 10, events: 400, bytes: 80_000 }, 50],
    ['rounded up to a full batch', { entries: 1, events: 300, bytes: 60_000 }, 7],
    ['bounded by bytes', { entries: 4, events: 4, bytes: 4 * MEBIBYTE }, 4],
    ['rounded down to the bytes', { entries: 2, events: 2, bytes: 3 * MEBIBYTE }, 2],
    ['one where a single entry is too large', { entries: 1, events: 1, bytes: 9 * MEBIBYTE }, 1],
    ['a hundred at most where they are empty', { entries: 5, events: 0, bytes: 0 }, 100],
  ])('is %s', (_name, read, count) => {
    expect(after(read).count(2_000, 4 * MEBIBYTE)).toBe(count);
  });

  it('shrinks at once when entries grow, and grows slowly when they shrink', () => {
    const small = { entries: 10, events: 10, bytes: 1_000 };
    const large = { entries: 4, events: 4, bytes: 4 * MEBIBYTE };
    const grown = after(small, small, large);
    expect(grown.count(2_000, 4 * MEBIBYTE)).toBe(4);
    grown.observe(small.entries, small.events, small.bytes);
    expect(grown.count(2_000, 4 * MEBIBYTE)).toBeLessThanOrEqual(6);
  });

  it('is not moved by a read that brought nothing', () => {
    const size = after({ entries: 10, events: 400, bytes: 100 });
    size.observe(0, 0, 0);
    expect(size.count(2_000, 4 * MEBIBYTE)).toBe(50);
  });

  it('is at least one and bounded, whatever was read', () => {
    const read = fc.record({
      entries: fc.nat({ max: 3_000 }),
      events: fc.nat({ max: 600_000 }),
      bytes: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(read), fc.integer({ min: 1, max: 20_000 }), (reads, events) => {
        const count = after(...reads).count(events, 4 * MEBIBYTE);
        expect(Number.isInteger(count)).toBe(true);
        expect(count).toBeGreaterThanOrEqual(1);
        expect(count).toBeLessThanOrEqual(100);
      }),
    );
  });

  it('fills a batch, no less, where all entries are alike', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 200 }), (eventsPerEntry) => {
        const read = { entries: 10, events: 10 * eventsPerEntry, bytes: 1_000 };
        const count = after(read, read).count(2_000, 4 * MEBIBYTE);
        expect(count * eventsPerEntry).toBeGreaterThanOrEqual(2_000);
        expect((count - 1) * eventsPerEntry).toBeLessThan(2_000);
      }),
    );
  });
});
