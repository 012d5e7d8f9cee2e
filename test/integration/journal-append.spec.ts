import {
  type AppendEvent,
  isJournalFull,
  JournalWriter,
} from '../../src/journal/journal-writer.js';
import { DEDUP_SECONDS } from '../../src/journal/append-scripts.js';
import { Scope } from '../support/scope.js';

/** Identities are kept by so many seconds. */
const DEDUP_SET_SECONDS = 20;
const RAW = Buffer.from('{"service":"orders","status":"up"}');

describe('an append to the journal', () => {
  let scope: Scope;
  let first: JournalWriter;
  let second: JournalWriter;

  beforeEach(async () => {
    scope = await Scope.open();
    first = new JournalWriter(scope.redis, scope.keys, 'first');
    second = new JournalWriter(scope.redis, scope.keys, 'second');
    await first.lease(true, []);
  });

  afterEach(async () => {
    await scope.close();
  });

  const keyed = (dedupKey: string): AppendEvent => ({
    source: 'channel',
    raw: RAW,
    identity: { kind: 'key', dedupKey },
  });
  const copy = (settled: number | null): AppendEvent => ({
    source: 'channel',
    raw: RAW,
    identity: { kind: 'copy', hash: 'hash', settled, ageUs: 0 },
  });
  /** Events in all entries. */
  const journaled = async (): Promise<number> =>
    (await scope.redis.xrange(scope.journal, '-', '+')).reduce(
      (sum, [, fields]) => sum + (fields.length - 2) / 2,
      0,
    );

  it('takes an event with an identity once, whoever brings it', async () => {
    const one = await first.append(first.nextNumber(), [keyed('a'), keyed('a'), keyed('b')]);
    const other = await second.append(second.nextNumber(), [keyed('b'), keyed('c')]);

    expect(one.outcomes).toEqual(['journaled', 'duplicate', 'journaled']);
    expect(other.outcomes).toEqual(['duplicate', 'journaled']);
    expect(await journaled()).toBe(3);
  });

  it('knows an identity again for 60 to 80 seconds', async () => {
    const append = async (): Promise<string | undefined> =>
      (await first.append(first.nextNumber(), [keyed('a')])).outcomes[0];
    expect(await append()).toBe('journaled');

    // What the set of now is called when it has become older.
    const { dedup } = scope.keys;
    const [name, ...others] = await scope.redis.keys(`${dedup}?*`);
    if (name === undefined) throw new Error('no identity is kept');
    expect(others).toEqual([]);
    expect(await scope.redis.ttl(name)).toBeGreaterThan(DEDUP_SECONDS + DEDUP_SET_SECONDS);
    const setNow = async (): Promise<number> =>
      Math.floor(Number((await scope.redis.time())[0]) / DEDUP_SET_SECONDS);
    const whenOlderBy = async (sets: number): Promise<string | undefined> => {
      for (;;) {
        const now = await setNow();
        await scope.redis.del(...(await scope.redis.keys(`${dedup}?*`)), 'none');
        await scope.redis.sadd(`${dedup}${now - sets}`, 'a');
        const outcome = await append();
        if ((await setNow()) === now) return outcome; // else it has become older meanwhile
      }
    };
    expect(await whenOlderBy(0)).toBe('duplicate');
    expect(await whenOlderBy(DEDUP_SECONDS / DEDUP_SET_SECONDS)).toBe('duplicate');
    expect(await whenOlderBy(DEDUP_SECONDS / DEDUP_SET_SECONDS + 1)).toBe('journaled');
    // The set that is not looked into any more is gone with the first identity of the present one.
    expect(await scope.redis.keys(`${dedup}?*`)).toHaveLength(1);
  });

  it('knows identities of a time to which the clock has yet to come again', async () => {
    await first.append(first.nextNumber(), [keyed('a')]);
    const { dedup } = scope.keys;
    const newest = Number(await scope.redis.get(dedup));
    expect(await scope.redis.ttl(dedup)).toBeGreaterThan(DEDUP_SECONDS + DEDUP_SET_SECONDS);
    const HOUR = 3_600 / DEDUP_SET_SECONDS;
    await scope.redis.rename(`${dedup}${newest}`, `${dedup}${newest + HOUR - 3}`);
    await scope.redis.set(dedup, newest + HOUR);

    const outcomes = [];
    for (const key of ['a', 'b', 'b']) {
      outcomes.push(...(await first.append(first.nextNumber(), [keyed(key)])).outcomes);
    }
    expect(outcomes).toEqual(['duplicate', 'journaled', 'duplicate']);
    expect(await scope.redis.get(dedup)).toBe(String(newest + HOUR));
  });

  it('keeps no identity of what it refuses', async () => {
    const bounded = new JournalWriter(scope.redis, scope.keys, 'bounded', {
      maxBytes: 1,
      group: scope.group,
    });
    await first.append(first.nextNumber(), [keyed('a')]);
    const refused = bounded.append(bounded.nextNumber(), [keyed('a'), keyed('b')]);
    await expect(refused).rejects.toThrow('JOURNAL_FULL');
    const again = await first.append(first.nextNumber(), [keyed('a'), keyed('b')]);
    expect(again.outcomes).toEqual(['duplicate', 'journaled']);
  });

  it('tells events with an identity and copies apart, in whatever order they come', async () => {
    const mixed = [copy(null), keyed('a'), copy(null), keyed('b'), keyed('a')];
    expect(await first.append(first.nextNumber(), mixed)).toMatchObject({
      outcomes: ['journaled', 'journaled', 'journaled', 'journaled', 'duplicate'],
      copies: [1, -1, 2, -1, -1],
    });
  });

  it('takes every copy of an event without one, from the lease holder alone', async () => {
    const holder = await first.append(first.nextNumber(), [copy(null), copy(null)]);
    const other = await second.append(second.nextNumber(), [copy(2)]);

    expect(holder).toMatchObject({ outcomes: ['journaled', 'journaled'], copies: [1, 2] });
    expect(other).toMatchObject({ isLeaseHolder: false, outcomes: ['left_to_holder'] });
    expect(await journaled()).toBe(2);
  });

  it('lets a new lease holder append just the copies that the old one had not', async () => {
    await first.append(first.nextNumber(), [copy(0), copy(1), copy(2)]);
    await first.lease(false, []);
    await second.lease(true, []);

    const taken = await second.append(second.nextNumber(), [copy(1), copy(2), copy(3)]);

    expect(taken.outcomes).toEqual(['duplicate', 'duplicate', 'journaled']);
    expect(await journaled()).toBe(4);
  });

  it('sent again after a lost reply is answered as before and appends nothing', async () => {
    const number = first.nextNumber();
    const reply = await first.append(number, [keyed('a'), copy(null)]);
    await first.lease(false, []);

    expect(await first.append(number, [keyed('a'), copy(null)])).toEqual(reply);
    expect(await journaled()).toBe(2);
  });

  it('leaves a copy of which the writer knows no ordinal for later, once others are journaled', async () => {
    await first.append(first.nextNumber(), [copy(null)]);
    const reply = await first.append(first.nextNumber(), [copy(null)]);
    expect(reply).toMatchObject({ isLeaseHolder: true, outcomes: ['left_to_holder'], copies: [1] });
    expect(await journaled()).toBe(1);
  });

  it('that arrives after a later one of the same writer appends nothing', async () => {
    const [older, newer] = [first.nextNumber(), first.nextNumber()];
    await first.append(older, [copy(null)]);
    await first.append(newer, [copy(1)]);

    await first.append(older, [copy(null)]);

    expect(await journaled()).toBe(2);
  });

  it('is received after every event appended before it', async () => {
    const many = Array.from({ length: 200 }, (_, index) => keyed(`many-${index}`));
    await first.append(first.nextNumber(), many);
    await second.append(second.nextNumber(), [keyed('next')]);

    const [one, other] = await scope.redis.xrange(scope.journal, '-', '+');
    expect(Number(other?.[1][1])).toBeGreaterThanOrEqual(Number(one?.[1][1]) + many.length);
  });

  it('is refused at the bound of the journal, takes nothing then, and is taken once there is room', async () => {
    const bounded = new JournalWriter(scope.redis, scope.keys, 'bounded', {
      maxBytes: 100_000,
      group: scope.group,
    });
    const large = (dedupKey: string): AppendEvent => ({
      ...keyed(dedupKey),
      raw: Buffer.alloc(10_000, 'x'),
    });
    let taken = 0;
    const refusal = await (async () => {
      for (;;) {
        try {
          await bounded.append(bounded.nextNumber(), [large(`large ${String(taken)}`)]);
          taken += 1;
        } catch (error) {
          return error;
        }
      }
    })();
    expect(isJournalFull(refusal)).toBe(true);
    expect(taken).toBeGreaterThanOrEqual(9);
    expect(taken).toBeLessThanOrEqual(11);
    expect(await journaled()).toBe(taken);
    // What is journaled already needs no room.
    const known = await bounded.append(bounded.nextNumber(), [large('large 0')]);
    expect(known.outcomes).toEqual(['duplicate']);

    await scope.redis.xtrim(scope.journal, 'MAXLEN', 0);
    const again = await bounded.append(bounded.nextNumber(), [large(`large ${String(taken)}`)]);
    expect(again.outcomes).toEqual(['journaled']);
  });
});
