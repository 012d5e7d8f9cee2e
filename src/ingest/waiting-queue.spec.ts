import { WaitingQueue } from './waiting-queue.js';

const bytes = (size: number, fill: number): Buffer => Buffer.alloc(size, fill % 256);

describe('the queue of what waits for the journal', () => {
  it('hands over in order, with the bytes that were pushed, over many blocks', () => {
    const queue = new WaitingQueue();
    const sizes = Array.from({ length: 5_000 }, (_, n) => (n * 7919) % 1_000);
    let taken = 0;
    const take = (): void => {
      const event = queue.shift();
      const size = sizes[taken] ?? -1;
      expect(event?.number).toBe(taken);
      expect(event?.receivedMs).toBe(taken / 2);
      expect(event?.source).toBe(`channel-${taken % 3}`);
      expect(event?.raw.equals(bytes(size, taken))).toBe(true);
      taken += 1;
    };
    sizes.forEach((size, n) => {
      queue.push(`channel-${n % 3}`, bytes(size, n), n / 2);
      if (n % 3 === 2) take();
      if (n % 100 === 99) queue.recycle();
    });
    while (taken < sizes.length) {
      expect(queue.nextBytes).toBe(sizes[taken]);
      take();
    }
    expect(queue.shift()).toBeNull();
    expect([queue.length, queue.events, queue.bytes, queue.nextBytes]).toEqual([0, 0, 0, 0]);
  });

  it('leaves what was handed over as it is until it is recycled', () => {
    const queue = new WaitingQueue();
    queue.push('channel', bytes(200_000, 1), 0);
    const first = queue.shift();
    for (let n = 2; n < 20; n += 1) {
      queue.push('channel', bytes(200_000, n), 0);
      queue.shift();
    }
    expect(first?.raw.equals(bytes(200_000, 1))).toBe(true);
  });

  it('uses blocks again once they are recycled, and writes over nothing that waits', () => {
    const queue = new WaitingQueue();
    for (let round = 0; round < 100; round += 1) {
      for (let n = 0; n < 3; n += 1) queue.push('channel', bytes(200_000, round * 3 + n), 0);
      for (let n = 0; n < 3; n += 1) {
        expect(queue.shift()?.raw.equals(bytes(200_000, round * 3 + n))).toBe(true);
        if (n === 1) queue.recycle();
      }
    }
    expect(queue.length).toBe(0);
  });

  it('takes an event that is larger than a block', () => {
    const queue = new WaitingQueue();
    queue.push('channel', bytes(10, 1), 0);
    queue.push('channel', bytes(3_000_000, 2), 0);
    queue.push('channel', bytes(10, 3), 0);
    expect([1, 2, 3].map(() => queue.shift()?.raw[0])).toEqual([1, 2, 3]);
  });

  it('counts our own messages apart', () => {
    const queue = new WaitingQueue();
    queue.push('channel', bytes(10, 1), 0, 'heartbeat:1');
    queue.push('channel', bytes(10, 2), 0);
    expect([queue.length, queue.events, queue.nextNumber]).toEqual([2, 1, 2]);
    expect([queue.shift()?.ownKey, queue.shift()?.ownKey]).toEqual(['heartbeat:1', null]);
    expect([queue.length, queue.events, queue.nextNumber]).toEqual([0, 0, 2]);
  });
});
