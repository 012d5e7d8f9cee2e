import { CopyLedger, FORGET_MS, HOLD_MS } from './copy-ledger.js';
import type { PublishedEvent } from './health-event-server.js';

const HASH = 'h';

const copy = (name = 'x'): PublishedEvent => ({
  source: 'health:events',
  raw: Buffer.from(name),
  channelSpec: 'health:events',
});

type Step =
  /** A copy arrives and is held. */
  | { readonly atMs: number; readonly holds: number }
  /** The journal's word, and what it is to mean. */
  | {
      readonly atMs: number;
      readonly count: number;
      /** Of these, received since this instance has been listening; default: all. */
      readonly after?: number;
      readonly confirmed?: number;
      readonly missed?: number;
    }
  /** This instance was deaf for a while. */
  | { readonly atMs: number; readonly deaf: true };

function play(steps: readonly Step[]): CopyLedger {
  const ledger = new CopyLedger();
  for (const step of steps) {
    if ('holds' in step) {
      for (let i = 0; i < step.holds; i += 1) ledger.hold(HASH, copy(), step.atMs, step.atMs);
    } else if ('deaf' in step) {
      ledger.beginAnew();
    } else {
      const { atMs, count, after = count, confirmed = 0, missed = 0 } = step;
      const verdict = ledger.observe(HASH, { count, after }, atMs);
      expect({ atMs, ...verdict }).toEqual({
        atMs,
        confirmed,
        missed,
        ...(missed > 0 ? { missedSinceMs: 0 } : {}),
      });
    }
  }
  return ledger;
}

describe('copies held for the lease holder', () => {
  it.each<[name: string, steps: Step[], left: number]>([
    [
      'are confirmed where the journal has counted them',
      [
        { atMs: 0, holds: 2 },
        { atMs: 100, count: 2, confirmed: 2 },
      ],
      0,
    ],
    [
      'are confirmed one after the other, as the journal counts on',
      [
        { atMs: 0, holds: 3 },
        { atMs: 100, count: 1, confirmed: 1 },
        { atMs: 200, count: 3, confirmed: 2 },
      ],
      0,
    ],
    [
      'stay held while the journal has not counted them',
      [
        { atMs: 0, holds: 2 },
        { atMs: 100, count: 0 },
        { atMs: 600, count: 1, confirmed: 1 },
        { atMs: 1_100, count: 1 },
      ],
      1,
    ],
    [
      'are not confirmed twice by one count',
      [
        { atMs: 0, holds: 1 },
        { atMs: 100, count: 1, confirmed: 1 },
        { atMs: 200, holds: 1 },
        { atMs: 300, count: 1 },
      ],
      1,
    ],
    [
      'are confirmed when they come after the journal’s word of them',
      [
        { atMs: 0, holds: 1 },
        { atMs: 100, count: 3, confirmed: 1 },
        { atMs: 150, holds: 2 },
        { atMs: 200, count: 3, confirmed: 2 },
      ],
      0,
    ],
    [
      'do not make up for copies that never came here',
      [
        { atMs: 0, holds: 1 },
        { atMs: 100, count: 2, confirmed: 1 },
        { atMs: 600, count: 2 },
        { atMs: 5_000, holds: 1 },
        { atMs: 5_100, count: 2 },
      ],
      1,
    ],
    [
      'of a counter older than the subscription: only what came since counts',
      [
        { atMs: 0, holds: 2 },
        { atMs: 400, count: 12, after: 1, confirmed: 1 },
        { atMs: 500, count: 13, confirmed: 1 },
      ],
      0,
    ],
    [
      'are counted from the new subscription after deafness',
      [
        { atMs: 0, holds: 1 },
        { atMs: 100, count: 1, confirmed: 1 },
        { atMs: 200, deaf: true },
        { atMs: 300, holds: 2 },
        { atMs: 800, count: 7, after: 1, confirmed: 1 },
      ],
      1,
    ],
    [
      'are not confused by a word of the journal that a later one has overtaken',
      [
        { atMs: 0, holds: 3 },
        { atMs: 100, count: 3, confirmed: 3 },
        { atMs: 110, holds: 1 },
        { atMs: 120, count: 2 },
        { atMs: 600, count: 4, confirmed: 1 },
      ],
      0,
    ],
  ])('%s', (_name, steps, left) => {
    const ledger = play(steps);
    expect(ledger.held).toBe(left);
    expect(ledger.isHolding(HASH)).toBe(left > 0);
  });

  it('are given up when the holder lives and has not journaled them for long', () => {
    const ledger = play([
      { atMs: 0, holds: 2 },
      { atMs: 100, count: 0 },
      { atMs: 100 + HOLD_MS, count: 0 },
      { atMs: 101 + HOLD_MS, count: 0, missed: 2 },
    ]);
    expect(ledger).toMatchObject({ held: 0, heldBytes: 0 });
  });

  it('wait from the first time the journal was asked, however long it could not be', () => {
    const lateMs = 10 * HOLD_MS;
    play([
      { atMs: 0, holds: 1 },
      { atMs: lateMs, count: 0 },
      { atMs: lateMs + HOLD_MS, count: 0 },
      { atMs: lateMs + HOLD_MS + 1, count: 0, missed: 1 },
    ]);
  });

  it('are of no interest to the journal’s word on other bytes', () => {
    const ledger = new CopyLedger();
    ledger.hold('a', copy(), 0, 0);
    const nothing = { confirmed: 0, missed: 0 };
    expect(ledger.observe('b', { count: 5, after: 5 }, 100)).toEqual(nothing);
    expect(ledger.held).toBe(1);
  });

  it('are counted in copies and bytes', () => {
    const ledger = new CopyLedger();
    ledger.hold('a', copy('12345'), 0, 0);
    ledger.hold('b', copy('123'), 0, 0);
    expect(ledger).toMatchObject({ held: 2, heldBytes: 8 });
    ledger.observe('a', { count: 1, after: 1 }, 1);
    expect(ledger).toMatchObject({ held: 1, heldBytes: 3 });
  });
});

describe('a new lease holder', () => {
  it('takes exactly what is left, each hash in order', () => {
    const ledger = new CopyLedger();
    for (const name of ['a1', 'a2', 'a3']) ledger.hold('a', copy(name), 0, 0);
    ledger.hold('b', copy('b1'), 0, 0);
    ledger.observe('a', { count: 1, after: 1 }, 100);
    const taken = ledger.takeHeld();
    expect(taken.map(({ hash, event }) => [hash, event.raw.toString()])).toEqual([
      ['a', 'a2'],
      ['a', 'a3'],
      ['b', 'b1'],
    ]);
    expect(ledger).toMatchObject({ held: 0, heldBytes: 0 });
    expect(ledger.takeHeld()).toEqual([]);
  });

  it('goes on with the next ordinal', () => {
    const ledger = play([
      { atMs: 0, holds: 3 },
      { atMs: 100, count: 2, confirmed: 2 },
    ]);
    ledger.takeHeld();
    expect(ledger.settled(HASH, 100)).toBe(2);
    ledger.settle(HASH, 3, 110);
    expect(ledger.settled(HASH, 120)).toBe(3);
  });

  it('has the journal say the ordinal of bytes it knows nothing of, and after deafness', () => {
    const ledger = new CopyLedger();
    expect(ledger.settled(HASH, 0)).toBeNull();
    ledger.settle(HASH, 4, 0);
    ledger.beginAnew();
    expect(ledger.settled(HASH, 1)).toBeNull();
  });
});

describe('the hashes to ask the journal about', () => {
  it.each<[name: string, steps: Step[], isOpen: boolean]>([
    ['are those with copies held', [{ atMs: 0, holds: 1 }], true],
    [
      'are not those all confirmed',
      [
        { atMs: 0, holds: 1 },
        { atMs: 100, count: 1, confirmed: 1 },
      ],
      false,
    ],
    [
      'are those of which the journal has counted more than came here',
      [
        { atMs: 0, holds: 1 },
        { atMs: 100, count: 2, confirmed: 1 },
      ],
      true,
    ],
    [
      'are not those whose missing copies have not come in a while',
      [
        { atMs: 0, holds: 1 },
        { atMs: 100, count: 2, confirmed: 1 },
        { atMs: 600, count: 2 },
      ],
      false,
    ],
  ])('%s', (_name, steps, isOpen) => {
    expect(
      play(steps)
        .questions()
        .map(({ hash }) => hash),
    ).toEqual(isOpen ? [HASH] : []);
  });
});

describe('what is forgotten', () => {
  it('is what has not been seen for nearly as long as a counter lives', () => {
    const ledger = new CopyLedger();
    ledger.settle('old', 1, 0);
    ledger.settle('new', 1, 1);
    ledger.expire(FORGET_MS + 1);
    expect([ledger.settled('old', FORGET_MS + 1), ledger.settled('new', FORGET_MS + 1)]).toEqual([
      null,
      1,
    ]);
  });

  it('is never a copy that is held', () => {
    const ledger = new CopyLedger();
    ledger.hold(HASH, copy(), 0, 0);
    ledger.expire(1_000_000);
    expect(ledger.held).toBe(1);
    expect(ledger.questions()).toEqual([{ hash: HASH, countsAfter: true }]);
  });
});

it('has no room for one more hash at its bound, and room for those it knows', () => {
  const ledger = new CopyLedger();
  for (let n = 0; n < 500_000; n += 1) ledger.settle(`hash ${String(n)}`, 1, 0);
  expect([ledger.hasRoomFor('another'), ledger.hasRoomFor('hash 0')]).toEqual([false, true]);
  ledger.settle('hash 0', 2, FORGET_MS);
  ledger.expire(FORGET_MS + 1);
  expect([ledger.hasRoomFor('another'), ledger.settled('hash 0', 0)]).toEqual([true, 2]);
});
