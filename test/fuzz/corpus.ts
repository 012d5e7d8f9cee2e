import { codeBlocksOf } from '../support/code-blocks.js';
import { type Envelope, nest, plain } from '../support/envelopes.js';

/** Envelopes of every shape that is taken, one inside the other among them; ids never change. */
const cloudEvents: Envelope = (body) =>
  Buffer.from(
    `{"specversion":"1.0","type":"health.reported","source":"/fuzz","id":"ce-1","data":${body.toString()}}`,
  );
const ENVELOPES: readonly Envelope[] = [
  plain,
  nest,
  cloudEvents,
  (body) => nest(cloudEvents(body)),
  (body) => cloudEvents(nest(body)),
  (body) => Buffer.from(`{"id": 7, "data" :\t${body.toString()},\r\n"pattern":{"cmd":"report"}}`),
];

/** An event with every field that the decoder looks at. */
const full = (nowMs: number): object => ({
  service_name: 'checkout',
  instance_id: 'checkout-7d9f4-x2k8p',
  status: 'degraded',
  message_id: '0b8f7c1e-52a4-4a57-9b0e-3f6f0c1d2a94',
  timestamp: new Date(nowMs).toISOString(),
  ttl_seconds: 20,
  response_time_ms: 12.5,
  message: 'the card processor answers «slowly» \u{1f422}',
  version: '2.4.1',
  checks: [{ name: 'database', ok: true, ms: 1.25e-3 }, null, [[]], {}],
  metadata: { region: 'eu', 'a "quoted" \\ key': '\u0000\ud800 \u2028' },
});

/** Bodies that differ in what identifies them and in what they say. */
const bodiesOf = (nowMs: number): string[] => [
  JSON.stringify(full(nowMs)),
  JSON.stringify(full(nowMs), null, 2),
  '{"service_name":"cart","status":"up"}',
  `{"service":"cart","status":"OK","id":"order 17","timestamp":${nowMs}}`,
  `{"service":"cart","status":"warn","id":17,"timestamp":"${nowMs / 1000}"}`,
  `{"service_name":"search","status":"down","timestamp":${nowMs / 1000},"instance_id":"1"}`,
  '{"service_name":"search","status":"stopping","instance_id":"2","ttl_seconds":0}',
  '{"service_name":"mail","status":"wobbly","message_id":"m-1","ttl_seconds":604800}',
  '{"service_name":"mail","status":"failed","data":{"a":1},"pattern":"x","specversion":"1.0"}',
];

/** Marks of the application's own messages; nobody else sends them. */
const likeOurOwn = (nowMs: number): string[] => [
  `{"health_monitor":{"kind":"loss","fromUs":${nowMs - 9}000,"toUs":${nowMs}000,"cause":"database_down","lostCount":1}}`,
  '{"health_monitor":"is a field like any other","service_name":"mail","status":"up"}',
];

/** Valid events of every envelope and what the documents show, as of `nowMs`. */
export function corpusOf(nowMs: number): Buffer[] {
  const documented = codeBlocksOf('docs/publishing.md')
    .filter(({ language }) => language === 'json')
    .map(({ code }) => code);
  const bodies = [...bodiesOf(nowMs), ...documented].map((body) => Buffer.from(body));
  return [
    ...bodies.flatMap((body) => ENVELOPES.map((envelope) => envelope(body))),
    ...likeOurOwn(nowMs).map((text) => Buffer.from(text)),
  ];
}
