import { decodeHealthEvent } from './decoder.js';
import type { Decoded, HealthEvent, Rejection } from './health-event.js';

const LIMITS = { maxBytes: 262_144 };

const decodeBytes = (raw: Buffer): Decoded => decodeHealthEvent(raw, 'health:events', LIMITS);
const decode = (text: string): Decoded => decodeBytes(Buffer.from(text));

function eventOf(decoded: Decoded): HealthEvent {
  if (!decoded.ok) throw new Error(`${decoded.rejection.reason}: ${decoded.rejection.detail}`);
  return decoded.event;
}

function rejectionOf(decoded: Decoded): Rejection {
  if (decoded.ok) throw new Error(`taken: ${decoded.event.payload.toString()}`);
  return decoded.rejection;
}

/** An event of two valid fields and those given; undefined leaves one out. */
const documentOf = (fields: Record<string, unknown>): string =>
  JSON.stringify({ service_name: 'payments', status: 'up', ...fields });

const cloudEvent = (data: string): string =>
  `{"specversion":"1.0","id":"ce-1","source":"/payments","type":"health","data":${data}}`;

const WRAPPINGS: readonly [string, (event: string) => string][] = [
  ['plain', (event) => event],
  ['in a Nest envelope', (event) => `{"pattern":"health:events","data":${event}}`],
  ['in a Nest request', (event) => `{"pattern":{"cmd":"x"},"data":${event},"id":"abc"}`],
  ['in a CloudEvents envelope', cloudEvent],
  ['in a CloudEvent in a Nest envelope', (event) => `{"pattern":"x","data":${cloudEvent(event)}}`],
  ['in a Nest envelope in a CloudEvent', (event) => cloudEvent(`{"pattern":"x","data":${event}}`)],
];

describe('what cannot be an event as a whole', () => {
  it.each([
    ['invalid_json', ''],
    ['invalid_json', '   '],
    ['invalid_json', 'hello'],
    ['invalid_json', '{"service_name":"a",}'],
    ['invalid_json', '{"service_name":"a","status":"up"'],
    ['invalid_json', '{"service_name":"a","status":"up"} x'],
    ['invalid_json', '{"service_name":"a","status":"up","x":NaN}'],
    ['invalid_json', '{"service_name":"a\nb","status":"up"}'],
    ['invalid_json', '\ufeff\ufeff{"service_name":"a","status":"up"}'],
    ['invalid_json', '\u00a0{"service_name":"a","status":"up"}'],
    ['not_an_object', 'null'],
    ['not_an_object', '[]'],
    ['not_an_object', '[{"service_name":"a","status":"up"}]'],
    ['not_an_object', '"{}"'],
    ['not_an_object', '42'],
    ['not_an_object', '1e400'],
    ['not_an_object', 'true'],
    ['missing_service_name', '{}'],
  ])('is %s: %j', (reason, text) => {
    expect(rejectionOf(decode(text)).reason).toBe(reason);
  });

  it('is too_large beyond the limit, whatever it contains', () => {
    const raw = Buffer.alloc(LIMITS.maxBytes + 1, 0xff);
    expect(rejectionOf(decodeBytes(raw))).toEqual({
      reason: 'too_large',
      detail: '262145 bytes; the limit is 262144 bytes',
    });
  });

  it('is taken at exactly the limit', () => {
    const text = documentOf({ x: '' });
    const full = documentOf({ x: 'y'.repeat(LIMITS.maxBytes - text.length) });
    expect(full).toHaveLength(LIMITS.maxBytes);
    expect(eventOf(decode(full)).payload.toString()).toBe(full);
  });

  it.each([
    ['a stray byte', [0xff]],
    ['an overlong form', [0xc0, 0x80]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
    ['a cut sequence', [0xe2, 0x82]],
  ])('is invalid_encoding with %s', (_name, bytes) => {
    const raw = Buffer.concat([Buffer.from('{"x":"'), Buffer.from(bytes), Buffer.from('"}')]);
    expect(rejectionOf(decodeBytes(raw)).reason).toBe('invalid_encoding');
  });

  it.each(WRAPPINGS)('is too_deep when nested 20,000 deep %s', (_name, wrap) => {
    const deep = `{"service_name":"a","status":"up","x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    expect(rejectionOf(decode(wrap(deep))).reason).toBe('too_deep');
    expect(rejectionOf(decode('['.repeat(20_000))).reason).toBe('too_deep');
  });

  it('is taken 64 levels deep and with any brackets in strings', () => {
    const deep = (levels: number): string =>
      `{"service_name":"a","status":"up","x":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    expect(decode(deep(64)).ok).toBe(true);
    expect(rejectionOf(decode(deep(65))).reason).toBe('too_deep');
    expect(decode(documentOf({ x: '[{"'.repeat(1000) })).ok).toBe(true);
  });
});

describe('a field that does not fit', () => {
  const tooLong = 'x'.repeat(201);
  const cases: readonly [string, string, string][] = [
    ['missing_service_name', '{"status":"up"}', 'service_name'],
    ['missing_service_name', '{"service_name":null,"status":"up"}', 'service_name'],
    ['missing_service_name', '{"__proto__":{"service_name":"a"},"status":"up"}', 'service_name'],
    ['invalid_service_name', '{"service_name":"","status":"up"}', '1–200'],
    ['invalid_service_name', '{"service_name":" \\t","status":"up"}', '1–200'],
    ['invalid_service_name', `{"service_name":"${tooLong}","status":"up"}`, '1–200'],
    ['invalid_service_name', '{"service_name":7,"status":"up"}', '7'],
    ['invalid_service_name', '{"service_name":{},"status":"up"}', 'an object'],
    ['invalid_service_name', '{"service_name":"a\\u0000b","status":"up"}', 'control'],
    ['invalid_service_name', '{"service_name":"a\\r\\nb","status":"up"}', 'control'],
    ['invalid_service_name', '{"service_name":"\\u001b[31ma","status":"up"}', 'control'],
    ['invalid_service_name', '{"service_name":"a\\u0085b","status":"up"}', 'control'],
    ['invalid_service_name', '{"service_name":"a\\ud800","status":"up"}', '\\u{d800}'],
    ['missing_status', '{"service_name":"a"}', 'status'],
    ['missing_status', '{"service_name":"a","status":null}', 'status'],
    ['invalid_field', '{"service_name":"a","status":true}', 'status'],
    ['invalid_field', '{"service_name":"a","status":" "}', 'status'],
    ...[
      ['timestamp', '"yesterday"'],
      ['timestamp', '"infinity"'],
      ['timestamp', '1e400'],
      ['timestamp', '"2026-02-30T00:00:00Z"'],
      ['timestamp', '""'],
      ['timestamp', 'true'],
      ['message_id', '""'],
      ['message_id', `"${'x'.repeat(129)}"`],
      ['message_id', '"a\\u0000"'],
      ['message_id', '"\\udc00"'],
      ['message_id', '1.5'],
      ['message_id', '9007199254740993'],
      ['message_id', '[]'],
      ['id', 'false'],
      ['instance_id', '""'],
      ['instance_id', '3'],
      ['instance_id', '"a\\nb"'],
      ['instance_id', '"\\ud83d"'],
      ['instance_id', `"${tooLong}"`],
      ['response_time_ms', '-0.1'],
      ['response_time_ms', '1e400'],
      ['response_time_ms', '"12"'],
      ['ttl_seconds', '-1'],
      ['ttl_seconds', '0.5'],
      ['ttl_seconds', '604801'],
      ['ttl_seconds', '1e400'],
      ['ttl_seconds', '"60"'],
      ['message', '{}'],
      ['message', '7'],
    ].map(([field, value]): [string, string, string] => [
      'invalid_field',
      `{"service_name":"a","status":"up","${field}":${value}}`,
      `${field} must be`,
    ]),
  ];

  describe.each(WRAPPINGS)('%s', (_name, wrap) => {
    it.each(cases)('is %s: %s', (reason, text, named) => {
      const rejected = rejectionOf(decode(wrap(text)));
      expect(rejected.reason).toBe(reason);
      expect(rejected.detail).toContain(named);
    });
  });

  it('is described in at most 300 characters, none of them a control character', () => {
    const hostile = '\u001b[2J\r\n\u202e<b>\0'.repeat(500);
    const fields = ['service_name', 'status', 'timestamp', 'id', 'instance_id', 'ttl_seconds'];
    const details = fields
      .map((field) => decode(documentOf({ [field]: hostile })))
      .flatMap((decoded) => (decoded.ok ? [] : [decoded.rejection.detail]));
    details.push(
      rejectionOf(decode(hostile)).detail,
      rejectionOf(decode(`"${'x'.repeat(999)}"`)).detail,
    );
    expect(details).toHaveLength(fields.length + 1); // any word will do as a status
    for (const detail of details) {
      expect(detail.length).toBeLessThanOrEqual(300);
      expect(detail).not.toMatch(/[\p{Control}\p{Format}\p{Surrogate}]/u);
    }
  });
});
