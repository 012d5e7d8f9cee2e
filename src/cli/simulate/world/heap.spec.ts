import { Random } from '../../random.js';
import { Heap } from './heap.js';

describe('a heap', () => {
  it('gives things back in the order of their times, those of one time as they came', () => {
    const heap = new Heap<string>();
    const random = new Random(1, 'heap');
    const pushed = Array.from({ length: 500 }, (_, nth) => ({ at: random.whole(1, 50), nth }));
    for (const { at, nth } of pushed) heap.push(at, `${String(at)} ${String(nth)}`);
    const wanted = [...pushed].sort((a, b) => a.at - b.at || a.nth - b.nth);

    const popped = wanted.map(() => heap.pop());

    expect(popped).toEqual(wanted.map(({ at, nth }) => `${String(at)} ${String(nth)}`));
    expect(heap.pop()).toBeUndefined();
  });
});
