import { decodeHealthEvent } from './decoder.js';
import type { Decoded, HealthEvent } from './health-event.js';

const UUID = '2ed6657d-e927-568b-95e1-2665a8aea6a2';
const LIMITS = { maxBytes: 262_144 };

const decode = (text: string): Decoded =>
  decodeHealthEvent(Buffer.from(text), 'health:events', LIMITS);

function eventOf(decoded: Decoded): HealthEvent {
  if (!decoded.ok) throw new Error(`${decoded.rejection.reason}: ${decoded.rejection.detail}`);
  return decoded.event;
}

/** An event of two valid fields and those given; undefined leaves one out. */
const documentOf = (fields: Record<string, unknown>): string =>
  JSON.stringify({ service_name: 'payments', status: 'up', ...fields });
const eventWith = (fields: Record<string, unknown>): HealthEvent =>
  eventOf(decode(documentOf(fields)));

describe('a full event', () => {
  const text = documentOf({
    instance_id: ' pod-1 ',
    timestamp: '2026-02-03T04:05:06.789Z',
    message_id: UUID.toUpperCase(),
    response_time_ms: 12.5,
    ttl_seconds: 30,
    message: 'all fine',
    version: '1.2.3',
    checks: [{ name: 'db', status: 'up' }],
  });

  it('is decoded field by field', () => {
    expect(decode(text)).toEqual({
      ok: true,
      event: {
        serviceName: 'payments',
        instanceId: 'pod-1',
        status: 'healthy',
        isUnlistedStatus: false,
        timestampMs: Date.UTC(2026, 1, 3, 4, 5, 6, 789),
        messageId: UUID,
        responseTimeMs: 12.5,
        ttlSeconds: 30,
        message: 'all fine',
        version: '1.2.3',
        payload: Buffer.from(text),
      },
    });
  });

  it('needs no more than service and status', () => {
    expect(decode('{"service":"a","status":"DOWN"}')).toEqual({
      ok: true,
      event: {
        serviceName: 'a',
        instanceId: 'default',
        status: 'unhealthy',
        isUnlistedStatus: false,
        timestampMs: null,
        messageId: null,
        responseTimeMs: null,
        ttlSeconds: null,
        message: null,
        version: null,
        payload: Buffer.from('{"service":"a","status":"DOWN"}'),
      },
    });
  });

  it('takes null for an absent field', () => {
    const absent = [
      'service',
      'timestamp',
      'message_id',
      'id',
      'instance_id',
      'response_time_ms',
      'ttl_seconds',
      'message',
      'version',
    ];
    const nulls = Object.fromEntries(absent.map((name) => [name, null]));
    expect({ ...eventWith(nulls), payload: '' }).toEqual({ ...eventWith({}), payload: '' });
  });
});

describe('the service name', () => {
  it.each([
    ['between blanks', { service_name: ' \n a b\t' }, 'a b'],
    [
      'of 200 characters beyond the first plane',
      { service_name: '😀'.repeat(200) },
      '😀'.repeat(200),
    ],
    ['as service', { service_name: undefined, service: 'b' }, 'b'],
    ['as service beside a null', { service_name: null, service: 'b' }, 'b'],
    ['before service', { service_name: 'a', service: 'b' }, 'a'],
    [
      'of SQL and HTML',
      { service_name: `'; DROP TABLE "x" --<script>` },
      `'; DROP TABLE "x" --<script>`,
    ],
    ['of a property every object has', { service_name: 'constructor' }, 'constructor'],
  ])('%s', (_name, fields, name) => {
    expect(eventWith(fields).serviceName).toBe(name);
  });
});

describe('the status', () => {
  it.each([
    ['Passing', 'healthy', false],
    [' WARN ', 'degraded', false],
    ['draining', 'left', false],
    ['starting', 'unknown', false],
    ['stale', 'unknown', true],
    ['left', 'unknown', true],
    ['fluffy', 'unknown', true],
    ['__proto__', 'unknown', true],
    ['x'.repeat(5000), 'unknown', true],
  ])('%s', (word, status, isUnlistedStatus) => {
    expect(eventWith({ status: word })).toMatchObject({ status, isUnlistedStatus });
  });
});

describe('the identity', () => {
  const timestamp = 1_700_000_000;

  it('is the same for an integer and its text, and for id and message_id', () => {
    const id = eventWith({ message_id: '42' }).messageId;
    expect(eventWith({ message_id: 42 }).messageId).toBe(id);
    expect(eventWith({ id: 42 }).messageId).toBe(id);
    expect(eventWith({ id: 'other', message_id: '42' }).messageId).toBe(id);
    expect(eventWith({ id: '42', message_id: null }).messageId).toBe(id);
  });

  it('takes 128 characters of any kind', () => {
    expect(eventWith({ id: '😀'.repeat(128) }).messageId).toMatch(/^[0-9a-f-]{36}$/);
    expect(eventWith({ id: 'a\nb' }).messageId).not.toBe(eventWith({ id: 'ab' }).messageId);
  });

  it('is that of the raw bytes where there is a timestamp but no id', () => {
    const text = documentOf({ timestamp });
    expect(eventOf(decode(text)).messageId).toBe(eventOf(decode(text)).messageId);
    expect(eventOf(decode(`${text} `)).messageId).not.toBe(eventOf(decode(text)).messageId);
    const other = decodeHealthEvent(Buffer.from(text), 'other', LIMITS);
    expect(eventOf(other).messageId).not.toBe(eventOf(decode(text)).messageId);
  });
});

describe('what is cut, rounded or replaced', () => {
  it.each<[string, Record<string, unknown>, Partial<HealthEvent>]>([
    ['a long message', { message: 'x'.repeat(5000) }, { message: 'x'.repeat(4096) }],
    ['a message of pairs', { message: '😀'.repeat(5000) }, { message: '😀'.repeat(4096) }],
    ['NUL and half a pair', { message: 'a\0\ud83db' }, { message: 'a\ufffd\ufffdb' }],
    ['line breaks stay', { message: 'a\r\nb' }, { message: 'a\r\nb' }],
    ['an empty message stays', { message: '' }, { message: '' }],
    ['a long version', { version: 'v'.repeat(300) }, { version: 'v'.repeat(200) }],
    ['a version with NUL', { version: '1\0' }, { version: '1\ufffd' }],
    ['a number as version', { version: 2.5 }, { version: '2.5' }],
    ['a list as version', { version: [1] }, { version: null }],
    ['a promise with a fraction', { ttl_seconds: 1.2 }, { ttlSeconds: 2 }],
    ['no promise', { ttl_seconds: 0 }, { ttlSeconds: 0 }],
    ['the longest promise', { ttl_seconds: 604_800 }, { ttlSeconds: 604_800 }],
    ['no time at all', { response_time_ms: 0 }, { responseTimeMs: 0 }],
    ['a far-off year', { timestamp: '9999-12-31' }, { timestampMs: Date.UTC(9999, 11, 31) }],
  ])('%s', (_name, fields, expected) => {
    expect(eventWith(fields)).toMatchObject(expected);
  });

  it('has no minus zero', () => {
    const event = eventOf(
      decode('{"service":"a","status":"up","ttl_seconds":-0,"response_time_ms":-0,"timestamp":-0}'),
    );
    expect([event.ttlSeconds, event.responseTimeMs, event.timestampMs]).toEqual([0, 0, 0]);
  });
});
