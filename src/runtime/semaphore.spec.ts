import fc from 'fast-check';
import { Semaphore } from './semaphore.js';

/** All that is ready to go on has gone on. */
const settle = async (): Promise<void> => {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
};

/** Callers ask in the order 0, 1, …; `inside` are those let in, in the order of entering. */
function ask(semaphore: Semaphore, callers: number): number[] {
  const inside: number[] = [];
  for (let caller = 0; caller < callers; caller += 1) {
    void semaphore.acquire().then(() => inside.push(caller));
  }
  return inside;
}

describe('a semaphore', () => {
  it.each([
    [1, 1, [0]],
    [1, 3, [0]],
    [2, 3, [0, 1]],
    [3, 2, [0, 1]],
    [0, 2, []],
  ])('of %d lets, of %d callers, %j in at once', async (places, callers, expected) => {
    const inside = ask(new Semaphore(places), callers);
    await settle();
    expect(inside).toEqual(expected);
  });

  it('lets one in for each release, in the order in which they came', async () => {
    const semaphore = new Semaphore(1);
    const inside = ask(semaphore, 4);
    for (const expected of [[0], [0, 1], [0, 1, 2], [0, 1, 2, 3]]) {
      await settle();
      expect(inside).toEqual(expected);
      semaphore.release();
    }
  });

  it('gives the place to who waits, not to who asks at the moment of release', async () => {
    const semaphore = new Semaphore(1);
    const inside = ask(semaphore, 2);
    semaphore.release();
    const newcomer = ask(semaphore, 1);
    await settle();
    expect([inside, newcomer]).toEqual([[0, 1], []]);
  });

  it('keeps a place that nobody waits for', async () => {
    const semaphore = new Semaphore(1);
    await semaphore.acquire();
    semaphore.release();
    const inside = ask(semaphore, 2);
    await settle();
    expect(inside).toEqual([0]);
  });

  it('never lets in more than its number, leaves no place idle, and keeps the order', async () => {
    const isArrival = fc.boolean();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(isArrival, { maxLength: 40 }),
        async (places, happenings) => {
          const semaphore = new Semaphore(places);
          const entered: number[] = [];
          let arrived = 0;
          let gone = 0;
          for (const arrives of happenings) {
            if (arrives) {
              const caller = arrived;
              arrived += 1;
              void semaphore.acquire().then(() => entered.push(caller));
            } else if (gone < entered.length) {
              gone += 1;
              semaphore.release();
            }
            await settle();
            expect(entered.length - gone).toBe(Math.min(places, arrived - gone));
          }
          expect(entered).toEqual(Array.from(entered, (_, index) => index));
        },
      ),
    );
  });
});
