import fc from 'fast-check';
import { decodeHealthEvent } from './decoder.js';
import type { Decoded } from './health-event.js';
import { VOCABULARY } from './status-vocabulary.js';
import { hasControlOrLoneSurrogate, hasNulOrLoneSurrogate } from './text.js';

const LIMITS = { maxBytes: 10_000 };
const decode = (raw: Buffer): Decoded => decodeHealthEvent(raw, 'health:events', LIMITS);

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .map((text) => text.trim())
  .filter((text) => text !== '' && !hasControlOrLoneSurrogate(text));
const word = fc.constantFrom(...Object.values(VOCABULARY).flat());
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary);

const validEvent = fc.record({
  service_name: name,
  status: word,
  timestamp: optional(fc.integer({ min: 1e11, max: 4e12 })),
  message_id: optional(fc.uuid()),
  instance_id: optional(name),
  response_time_ms: optional(fc.double({ min: 0, max: 1e9, noNaN: true })),
  ttl_seconds: optional(fc.integer({ min: 0, max: 604_800 })),
  message: optional(fc.string({ unit: 'grapheme', maxLength: 50 })),
  metadata: fc.jsonValue({ maxDepth: 3 }),
});

/** Every field name and shape the decoder looks at, with values that fit and values that do not. */
const anyValue = fc.oneof(
  fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' }),
  fc.constantFrom('up', 'a', '1.0', 0, -1, 1e300, '2026-02-03T04:05:06Z', '\ud800', '\0', ''),
);
const anyKey = fc.constantFrom(
  ...['service_name', 'service', 'status', 'timestamp', 'message_id', 'id', 'instance_id'],
  ...['response_time_ms', 'ttl_seconds', 'message', 'version', '__proto__', 'constructor'],
  ...['pattern', 'data', 'specversion', 'source', 'type', 'time'],
);
const nearlyEvent = fc.dictionary(anyKey, anyValue, { maxKeys: 12 });
const wrapped = fc.oneof(
  nearlyEvent,
  nearlyEvent.map((data) => ({ pattern: 'x', data })),
  nearlyEvent.map((data) => ({ specversion: '1.0', id: '1', source: 's', type: 't', data })),
);

function expectSound(raw: Buffer): void {
  const decoded = decode(raw);
  if (!decoded.ok) {
    expect(decoded.rejection.detail.length).toBeLessThanOrEqual(300);
    expect(hasControlOrLoneSurrogate(decoded.rejection.detail)).toBe(false);
    return;
  }
  const { event } = decoded;
  expect(hasControlOrLoneSurrogate(event.serviceName + event.instanceId)).toBe(false);
  expect(hasNulOrLoneSurrogate((event.message ?? '') + (event.version ?? ''))).toBe(false);
  expect(raw.includes(event.payload)).toBe(true);
  expect(JSON.parse(event.payload.toString())).toBeInstanceOf(Object);
  expect(event.messageId ?? '00000000-0000-0000-0000-000000000000').toMatch(/^[0-9a-f-]{36}$/);
  expect(event.messageId === null && event.timestampMs !== null).toBe(false);
}

describe('the decoder, given anything', () => {
  it('neither throws nor lets unsound text through, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expectSound(Buffer.from(bytes));
      }),
    );
  });

  it('neither throws nor lets unsound text through, for documents that are nearly events', () => {
    fc.assert(
      fc.property(wrapped, (document) => {
        expectSound(Buffer.from(JSON.stringify(document)));
      }),
      { numRuns: 1000 },
    );
  });

  it('neither throws nor lets unsound text through, for events with one byte changed', () => {
    fc.assert(
      fc.property(validEvent, fc.nat(), fc.nat(255), (event, at, byte) => {
        const raw = Buffer.from(JSON.stringify(event));
        raw[at % raw.length] = byte;
        expectSound(raw);
      }),
    );
  });
});

describe('a valid event', () => {
  it('comes out as it went in, in any envelope', () => {
    const envelope = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => `{"data":${text},"pattern":"health:events"}`,
      (text) => `{"id":7,"pattern":{"cmd":"report"}, "data" :\t${text}\n}`,
    );
    fc.assert(
      fc.property(validEvent, envelope, (sent, wrap) => {
        const text = JSON.stringify(sent);
        const decoded = decode(Buffer.from(wrap(text)));
        expect(decoded).toMatchObject({
          ok: true,
          event: {
            serviceName: sent.service_name,
            instanceId: sent.instance_id ?? 'default',
            isUnlistedStatus: false,
            timestampMs: sent.timestamp,
            responseTimeMs: sent.response_time_ms,
            ttlSeconds: sent.ttl_seconds,
            message: sent.message,
            payload: Buffer.from(text),
          },
        });
        if (decoded.ok && sent.message_id !== null) {
          expect(decoded.event.messageId).toBe(sent.message_id);
        }
      }),
    );
  });

  it('is the same at every delivery', () => {
    fc.assert(
      fc.property(validEvent, (sent) => {
        const raw = Buffer.from(JSON.stringify(sent));
        expect(decode(Buffer.from(raw))).toEqual(decode(raw));
      }),
    );
  });
});
