import { decodeHealthEvent } from './decoder.js';
import type { Decoded, HealthEvent, Rejection } from './health-event.js';

const UUID = '2ed6657d-e927-568b-95e1-2665a8aea6a2';
const LIMITS = { maxBytes: 262_144 };

const decode = (text: string): Decoded =>
  decodeHealthEvent(Buffer.from(text), 'health:events', LIMITS);

function eventOf(decoded: Decoded): HealthEvent {
  if (!decoded.ok) throw new Error(`${decoded.rejection.reason}: ${decoded.rejection.detail}`);
  return decoded.event;
}

function rejectionOf(decoded: Decoded): Rejection {
  if (decoded.ok) throw new Error(`taken: ${decoded.event.payload.toString()}`);
  return decoded.rejection;
}

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

describe.each(WRAPPINGS)('an event %s', (_name, wrap) => {
  it('is decoded as the plain one is', () => {
    const text = `{"service_name":"a","status":"up","id":"${UUID}","timestamp":5,"checks":[{"x":{}}]}`;
    expect(decode(wrap(text))).toEqual(decode(text));
    expect(eventOf(decode(wrap(text)))).toMatchObject({
      messageId: UUID,
      payload: Buffer.from(text),
    });
  });
});

describe('an envelope', () => {
  const plain = '{"service_name":"a","status":"up"}';

  it.each([
    [
      'all three names',
      '{"service_name":"a","status":"up","data":{"service":"b"},"pattern":"x","id":"1"}',
    ],
    ['data alone', '{"service":"a","status":"up","data":{"service_name":"b","status":"down"}}'],
    [
      'a CloudEvent in all but its own service name',
      '{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"service":"b"},"service":"a","status":"up"}',
    ],
  ])('is not seen in an event with fields of %s', (_name, text) => {
    expect(eventOf(decode(text))).toMatchObject({
      serviceName: 'a',
      status: 'healthy',
      payload: Buffer.from(text),
    });
  });

  it.each([
    ['a third key', `{"pattern":"x","data":${plain},"status":"up"}`],
    ['a number as pattern', `{"pattern":1,"data":${plain}}`],
    ['data alone', `{"data":${plain}}`],
    ['text as data', '{"pattern":"x","data":"{}"}'],
    ['an array as data', `{"pattern":"x","data":[${plain}]}`],
    ['a data in __proto__', `{"__proto__":{"data":${plain}},"pattern":"x"}`],
    ['another CloudEvents version', cloudEvent(plain).replace('1.0', '0.3')],
    ['an empty type', cloudEvent(plain).replace('"health"', '""')],
    ['no source', cloudEvent(plain).replace('"source":"/payments",', '')],
    ['a third envelope', cloudEvent(cloudEvent(cloudEvent(plain)))],
  ])('is not seen in a document with %s', (_name, text) => {
    expect(rejectionOf(decode(text)).reason).toBe('missing_service_name');
  });

  it.each(['"text"', '[]', 'null', '7'])('of CloudEvents must not hold %s', (data) => {
    const { reason, detail } = rejectionOf(decode(cloudEvent(data)));
    expect(reason).toBe('invalid_field');
    expect(detail).toContain('data must be');
  });

  it('of CloudEvents lends its id and time to an event that has none', () => {
    const text = cloudEvent(plain).replace('"data"', '"time":"2026-02-03T04:05:06Z","data"');
    const lent = eventOf(decode(text));
    expect(lent.timestampMs).toBe(Date.UTC(2026, 1, 3, 4, 5, 6));
    const own = '{"service_name":"a","status":"up","id":"ce-1"}';
    expect(lent.messageId).toBe(eventOf(decode(own)).messageId);
  });

  it('of CloudEvents in another one lends first: its id, and its time if it has one', () => {
    const outer = (data: string): string =>
      cloudEvent(data)
        .replace('ce-1', 'outer')
        .replace('"data"', '"time":"1970-01-01T00:00:01Z","data"');
    const inner = cloudEvent(plain);
    const timed = inner.replace('"data"', '"time":"1970-01-01T00:00:02Z","data"');
    expect(eventOf(decode(outer(timed)))).toMatchObject({ timestampMs: 2000 });
    expect(eventOf(decode(outer(inner)))).toMatchObject({
      timestampMs: 1000,
      messageId: eventOf(decode(inner)).messageId,
    });
  });

  it('of CloudEvents yields to the id and timestamp of the event', () => {
    const own = `{"service_name":"a","status":"up","id":"${UUID}","timestamp":5}`;
    const text = cloudEvent(own).replace('"data"', '"time":"garbage","data"');
    expect(eventOf(decode(text))).toMatchObject({ messageId: UUID, timestampMs: 5000 });
  });

  it('of CloudEvents is rejected for its own time and id', () => {
    const badTime = cloudEvent(plain).replace('"data"', '"time":"garbage","data"');
    expect(rejectionOf(decode(badTime)).detail).toMatch(/^time must be/);
    const badId = cloudEvent(plain).replace('ce-1', 'x'.repeat(129));
    expect(rejectionOf(decode(badId)).detail).toMatch(/^id must be/);
  });

  it('of Nest keeps its id to itself: it names a request, not an event', () => {
    expect(eventOf(decode(`{"pattern":"x","id":"r-1","data":${plain}}`)).messageId).toBeNull();
  });
});

describe('the payload', () => {
  it.each([
    ['numbers', '{"service":"a","status":"up","x":1e400,"y":1.0,"z":12345678901234567890}'],
    ['escapes', '{"service":"a","status":"up","x":"\\u0000\\ud800\\u00e4\\/"}'],
    ['blanks and order', '{ "z":1,\n  "status" : "up",\t"service":"a" }'],
    [
      'hostile keys',
      '{"service":"a","status":"up","__proto__":{"x":1},"constructor":{"prototype":1}}',
    ],
    ['duplicate keys', '{"service":"b","service":"a","status":"down","status":"up"}'],
  ])('keeps %s as sent', (_name, text) => {
    for (const [, wrap] of WRAPPINGS) {
      expect(eventOf(decode(wrap(text)))).toMatchObject({
        serviceName: 'a',
        status: 'healthy',
        payload: Buffer.from(text),
      });
    }
  });

  it('is without byte order mark and the blanks around it', () => {
    const text = '{"service":"a","status":"up"}';
    expect(eventOf(decode(`\ufeff \r\n${text}\n`)).payload.toString()).toBe(text);
  });

  it('is the last of two data, as the event is', () => {
    const text =
      '{"pattern":"x","data":{"service":"first","status":"up"},"d\\u0061ta":{"service":"last","status":"up"}}';
    expect(eventOf(decode(text))).toMatchObject({
      serviceName: 'last',
      payload: Buffer.from('{"service":"last","status":"up"}'),
    });
  });

  it('leaves no trace on the prototypes of objects', () => {
    decode(
      '{"service":"a","status":"up","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
