import type { App } from '../support/app.js';
import { cloudEvents, nest, plain, type Envelope } from '../support/envelopes.js';
import type { RejectionReason } from '../../src/events/health-event.js';
import { statsOf, settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';

const MAX_BYTES = 4_096;
const ENVELOPES = { plain, nest, cloudEvents } as const;
const ROUTES = ['PUBLISH', 'XADD'] as const;

type EnvelopeName = keyof typeof ENVELOPES;
type Route = (typeof ROUTES)[number];

interface Case {
  readonly what: string;
  readonly reason: RejectionReason;
  readonly body: string | Buffer;
  /** Where an envelope around the same body is refused for another reason. */
  readonly inEnvelope?: Partial<Record<EnvelopeName, RejectionReason>>;
  /** What the detail has to name. */
  readonly detail?: RegExp;
}

const good = (rest = ''): string => `{"service_name":"good","status":"ok"${rest}}`;

const CASES: readonly Case[] = [
  { what: 'half a document', reason: 'invalid_json', body: '{"service_name":"good",' },
  { what: 'no document', reason: 'invalid_json', body: '' },
  {
    what: 'an array',
    reason: 'not_an_object',
    body: '[1, 2]',
    // A message of Nest carries an object, else it is none; a CloudEvent's data is a field.
    inEnvelope: { nest: 'missing_service_name', cloudEvents: 'invalid_field' },
  },
  { what: 'a large document', reason: 'too_large', body: good(`,"x":"${'x'.repeat(MAX_BYTES)}"`) },
  {
    what: 'a deep document',
    reason: 'too_deep',
    body: good(`,"x":${'['.repeat(100)}${']'.repeat(100)}`),
  },
  { what: 'no service', reason: 'missing_service_name', body: '{"status":"ok"}' },
  {
    what: 'a NUL in the name',
    reason: 'invalid_service_name',
    body: '{"service_name":"go\\u0000od","status":"ok"}',
  },
  {
    what: 'a name of 201 characters',
    reason: 'invalid_service_name',
    body: `{"service_name":"${'n'.repeat(201)}","status":"ok"}`,
  },
  { what: 'no status', reason: 'missing_status', body: '{"service_name":"good"}' },
  {
    what: 'a negative TTL',
    reason: 'invalid_field',
    body: good(',"ttl_seconds":-1'),
    detail: /ttl_seconds/,
  },
  {
    what: 'a response time that is no finite number',
    reason: 'invalid_field',
    body: good(',"response_time_ms":1e400'),
    detail: /response_time_ms/,
  },
  {
    what: 'a time long past',
    reason: 'timestamp_out_of_window',
    body: good(',"timestamp":"2001-01-01T00:00:00Z"'),
  },
  {
    what: 'a time far ahead',
    reason: 'timestamp_out_of_window',
    body: good(',"timestamp":"9999-12-31T23:59:59Z"'),
  },
  {
    what: 'bytes that are no UTF-8',
    reason: 'invalid_encoding',
    body: Buffer.from(good(',"message":"\xff"'), 'latin1'),
  },
  {
    what: 'a service too many',
    reason: 'too_many_services',
    body: '{"service_name":"one-too-many","status":"ok"}',
  },
  {
    what: 'an instance too many',
    reason: 'too_many_instances',
    body: '{"service_name":"crowded","instance_id":"third","status":"ok"}',
  },
  {
    what: 'a row that PostgreSQL refuses',
    reason: 'storage_rejected',
    body: good(',"message":"poison"'),
    detail: /23514/,
  },
];

/** All reasons that an event gives by itself; `too_many_attempts` is not one of them. */
const REASONS: Record<Exclude<RejectionReason, 'too_many_attempts'>, true> = {
  invalid_json: true,
  not_an_object: true,
  too_large: true,
  too_deep: true,
  missing_service_name: true,
  invalid_service_name: true,
  missing_status: true,
  invalid_field: true,
  timestamp_out_of_window: true,
  invalid_encoding: true,
  too_many_services: true,
  too_many_instances: true,
  storage_rejected: true,
};

const stage = useStage();

it('there is an event for every reason', () => {
  const reasons = new Set<string>(CASES.map(({ reason }) => reason));
  expect([...reasons].sort()).toEqual(Object.keys(REASONS).sort());
});

describe('an event that cannot be stored, among good ones', () => {
  let app: App;
  let sent = 0;

  /** Sends a document and returns the source under which a dead letter would name it. */
  async function send(route: Route, message: Buffer): Promise<string> {
    const { channel, journal, redis } = stage.scope;
    const source = route === 'PUBLISH' ? channel : `${channel}:appended`;
    if (route === 'PUBLISH') await redis.publish(channel, message);
    else await redis.xadd(journal, '*', source, message);
    return source;
  }

  async function sendGood(route: Route, envelope: Envelope): Promise<string> {
    sent += 1;
    const message = `good ${sent}`;
    await send(route, envelope(Buffer.from(good(`,"message":"${message}"`))));
    return message;
  }

  beforeAll(async () => {
    app = await stage.start({
      HEALTH_EVENT_MAX_BYTES: String(MAX_BYTES),
      HEALTH_MAX_SERVICES: '2',
      HEALTH_MAX_INSTANCES_PER_SERVICE: '2',
    });
    const { scope } = stage;
    await scope.sql(`ALTER TABLE health_messages ADD CHECK (message <> 'poison')`);
    await sendGood('XADD', plain);
    for (const instance of ['first', 'second']) {
      const event = { service_name: 'crowded', instance_id: instance, status: 'ok' };
      await send('XADD', Buffer.from(JSON.stringify(event)));
    }
    await settled(scope, [app]);
    expect(await scope.count('service_instances')).toBe(3);
  });

  const table = CASES.flatMap((one) =>
    (Object.keys(ENVELOPES) as EnvelopeName[]).flatMap((envelope) =>
      ROUTES.map((route) => ({
        ...one,
        envelope,
        route,
        reason: one.inEnvelope?.[envelope] ?? one.reason,
      })),
    ),
  );

  it.each(table)(
    '$what, $envelope by $route: a dead letter, $reason',
    async ({ body, detail, envelope, reason, route }) => {
      const { scope } = stage;
      const wrap = ENVELOPES[envelope];
      const message = wrap(Buffer.from(body));

      const before = await sendGood(route, wrap);
      const source = await send(route, message);
      const after = await sendGood(route, wrap);

      await settled(scope, [app]);
      const letters = await scope.sql<{ reason: string; detail: string }>(
        'SELECT reason, detail FROM health_dead_letters WHERE raw = $1 AND source = $2',
        [message, source],
      );
      expect(letters.map((letter) => letter.reason)).toEqual([reason]);
      expect(letters[0]?.detail).toMatch(detail ?? /./);
      expect(await scope.count('health_messages', 'message = ANY ($1)', [[before, after]])).toBe(2);
    },
  );

  it('leaves a row for each good event and a dead letter for each bad one, and no more', async () => {
    expect(await stage.scope.count('health_messages')).toBe(sent + 2);
    expect(await stage.scope.count('health_dead_letters')).toBe(table.length);
    expect(await stage.scope.count('service_instances')).toBe(3);
    expect(await statsOf(app)).toMatchObject({
      stored: sent + 2,
      dead_lettered: table.length,
      error_count: table.length,
      duplicate: 0,
    });
  });
});
