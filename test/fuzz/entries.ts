import fc from 'fast-check';

/** Field names of an entry, a channel each; only in first place is `at` none. */
const source = (channel: string): fc.Arbitrary<Buffer> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(Buffer.from(channel)) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('', 'at', ' at', 'AT', 'health-monitor', 'a\0b', '\x1b[31m', '\r\n', '\u2028')
        .map((text) => Buffer.from(text)),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(Buffer.from([0xff, 0xfe]), Buffer.alloc(70_000, 'long ')),
    },
  );

/** Times of an entry: wrong ones, and right ones of an entry that says when it was received. */
const time = (nowMs: number): fc.Arbitrary<Buffer> =>
  fc
    .constantFrom(
      ...['', '0', '-1', '1e15', 'NaN', 'soon', '0x10', ' 1', '\0', '9'.repeat(16), '9'.repeat(40)],
      ...[-401, -30, -1, 0, 0.5, 2, 4_000].map((days) =>
        String((nowMs + days * 86_400_000) * 1_000),
      ),
    )
    .map((text) => Buffer.from(text));

/**
 * The fields of an entry that a publisher appends for itself: mostly one channel and one message;
 * else several, some or none at all, under odd names, behind a time that is right or wrong.
 */
export function entries(
  channel: string,
  message: fc.Arbitrary<Buffer>,
  nowMs: number,
): fc.Arbitrary<Buffer[]> {
  const pair = fc.tuple(source(channel), fc.oneof({ weight: 20, arbitrary: message }, noMessage));
  const timed = time(nowMs).map((at) => [Buffer.from('at'), at]);
  return fc.oneof(
    { weight: 30, arbitrary: fc.tuple(fc.constant(Buffer.from(channel)), message) },
    {
      weight: 10,
      arbitrary: fc.array(pair, { minLength: 1, maxLength: 4 }).map((all) => all.flat()),
    },
    { weight: 4, arbitrary: fc.tuple(timed, pair).map((all) => all.flat()) },
    { weight: 1, arbitrary: timed },
  );
}

const noMessage = fc.constant(Buffer.alloc(0));
