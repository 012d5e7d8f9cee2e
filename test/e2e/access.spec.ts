import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { type App, distribution } from '../support/app.js';
import { healthEvent } from '../support/factories.js';
import { publishAtRate } from '../support/load.js';
import { ApiDescription } from '../support/openapi.js';
import type { MessageList, ServiceDetail, ServiceItem } from '../support/rest.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';

const TOKEN = 'correct-horse-battery-staple';
const SAFE = ['GET', 'HEAD', 'OPTIONS'];

const stage = useStage();

interface Listed {
  readonly method: string;
  readonly path: string;
}

/** What the router itself says, so that a route which nobody described is met, too. */
async function routesOf(environment: Readonly<Record<string, string>>): Promise<Listed[]> {
  const child = spawn(
    process.execPath,
    [path.resolve(import.meta.dirname, '../support/list-routes.mjs'), distribution()],
    {
      env: { PATH: process.env['PATH'], ...environment, HEALTH_CONSUMER_ENABLED: 'false' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [, routes] = /^routes: (.*)$/m.exec(await text(child.stdout)) ?? [];
  return JSON.parse(routes ?? '') as Listed[];
}

interface Cut {
  readonly answer: string;
  /** From the connection to its end. */
  readonly ms: number;
}

/** One that does not end its headers, one that does not end its body. */
const UNENDED = [
  'GET /api/v1/health/dashboard HTTP/1.1\r\nHost: x\r\nX-Slow: ',
  'PATCH /api/v1/health/consumer HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{',
];

async function untilCut(sent: string): Promise<Cut> {
  const startedMs = performance.now();
  const socket = connect(Number(new URL(open.url).port), '127.0.0.1', () => socket.write(sent));
  const answer = await text(socket);
  return { answer, ms: performance.now() - startedMs };
}

const isOfDocumentation = ({ path: route }: Listed): boolean => route.startsWith('/api/docs');

async function statusOf(
  app: App,
  { method, path: route }: Listed,
  headers: Record<string, string> = {},
): Promise<number> {
  const target = route.replaceAll(/\{\w+\}/g, 'x');
  const response = await fetch(app.url + target, { method, headers });
  await response.arrayBuffer();
  return response.status;
}

/** Without a token, on every address. */
let open: App;
/** With a token. */
let guarded: App;
let routes: Listed[];
let unended: readonly Promise<Cut>[];

beforeAll(async () => {
  const everyLine = { LOG_LEVEL: 'trace' };
  [open, guarded, routes] = await Promise.all([
    stage.start({ ...everyLine, HOST: '0.0.0.0' }),
    stage.start({ ...everyLine, HEALTH_API_TOKEN: TOKEN }),
    routesOf(stage.scope.environment),
  ]);
  unended = UNENDED.map(untilCut); // for as long as the other tests take
});

describe('every route', () => {
  it('is described, and nothing else is', async () => {
    const { routes: descriptions } = await ApiDescription.of(open);
    const described = descriptions.map(({ method, path: route }) => `${method} ${route}`);
    const routed = routes
      .filter((route) => !isOfDocumentation(route))
      .map(({ method, path: route }) => `${method} ${route}`);
    expect(routed.sort()).toEqual(described.sort());
    expect(routed.length).toBeGreaterThan(15);
    for (const { method, path: route, operation } of descriptions) {
      const isGuarded = ['401', '403'].every((status) => status in operation.responses);
      expect({ route, isGuarded, hasScheme: operation.security !== undefined }).toEqual({
        route,
        isGuarded: !SAFE.includes(method),
        hasScheme: !SAFE.includes(method),
      });
    }
  });

  it('that changes something is 401 without the token, or with a wrong one, and works with it', async () => {
    const app = guarded;
    const changing = routes.filter(({ method }) => !SAFE.includes(method));
    expect(changing.length).toBeGreaterThan(4);
    for (const route of changing) {
      const authorized = (token: string): Record<string, string> => ({
        authorization: `Bearer ${token}`,
      });
      const answers = {
        without: await statusOf(app, route),
        wrong: await statusOf(app, route, authorized(`${TOKEN}!`)),
        basic: await statusOf(app, route, { authorization: `Basic ${TOKEN}` }),
      };
      expect({ route, answers }).toEqual({
        route,
        answers: { without: 401, wrong: 401, basic: 401 },
      });
      expect([200, 400, 404]).toContain(await statusOf(app, route, authorized(TOKEN)));
    }
    const refused = await fetch(`${app.url}/api/v1/health/consumer/pause`, { method: 'POST' });
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="health-monitor"');
    expect(app.output).not.toContain(TOKEN);
    await fetch(`${app.url}/api/v1/health/consumer/resume`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
  });

  it('that changes something is 403 without a token to anybody but this host', async () => {
    const changing = routes.filter(({ method }) => !SAFE.includes(method));
    const foreign = [
      { 'x-forwarded-for': '203.0.113.7' },
      { forwarded: 'for=203.0.113.7' },
      { origin: 'https://elsewhere.example' },
    ];
    for (const route of changing) {
      for (const headers of foreign) {
        expect({ route, headers, status: await statusOf(open, route, headers) }).toEqual({
          route,
          headers,
          status: 403,
        });
      }
    }
  });

  it('that only looks asks for nothing', async () => {
    for (const route of routes.filter(({ method }) => method === 'GET')) {
      const headers = { 'x-forwarded-for': '203.0.113.7', origin: 'https://elsewhere.example' };
      expect([200, 404]).toContain(await statusOf(guarded, route, headers));
    }
  });
});

const own = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

(own === undefined ? it.skip : it)(
  own === undefined
    ? 'a request by way of a network address is 403 (skipped: this host has none)'
    : 'a request of this host by way of its network address is 403, for it could be anybody’s',
  async () => {
    const url = open.url.replace('127.0.0.1', own ?? '');
    const response = await fetch(`${url}/api/v1/health/consumer/pause`, { method: 'POST' });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ errors: [{ field: 'remote address' }] });
    expect((await fetch(`${url}/api/v1/health/consumer/stats`)).status).toBe(200);
  },
);

it('an answer carries the headers that browsers are to obey, and opens itself to no other origin', async () => {
  for (const route of ['/api/v1/health/dashboard', '/api/docs', '/metrics', '/nowhere']) {
    const { headers } = await fetch(open.url + route, {
      headers: { origin: 'https://elsewhere.example' },
    });
    expect({
      route,
      cors: headers.get('access-control-allow-origin'),
      sniff: headers.get('x-content-type-options'),
      frame: headers.get('x-frame-options'),
      policy: headers.get('content-security-policy')?.includes("default-src 'self'"),
      by: headers.get('x-powered-by'),
    }).toEqual({
      route,
      cors: null,
      sniff: 'nosniff',
      frame: 'SAMEORIGIN',
      policy: true,
      by: null,
    });
  }
});

describe('names of all kinds', () => {
  const NAMES = [
    'team/checkout',
    'two words',
    `"quoted" 'twice'`,
    '100%',
    '%2F%00',
    'a?b=c&d#e;f',
    '😀 emoji',
    '<img src=x onerror=alert(1)>',
    '\\backslash',
    `'; DROP TABLE service_status; --`,
    '\u202eevil',
    'ärger',
    '...',
  ];

  it('work in paths and in queries, for instances too', async () => {
    const { scope } = stage;
    const app = open;
    await publishAtRate(
      scope,
      200,
      NAMES.map((name) => healthEvent({ service_name: name, instance_id: name })),
    );
    await settled(scope, [open, guarded]);
    for (const name of NAMES) {
      const at = `/services/${encodeURIComponent(name)}`;
      expect((await app.api<ServiceDetail>(at)).service_name).toBe(name);
      expect((await app.api<MessageList>(`${at}/messages`)).items).toHaveLength(1);
      const found = await app.api<{ items: readonly ServiceItem[] }>(
        `/services?q=${encodeURIComponent(name)}`,
      );
      expect(found.items.map((item) => item.service_name)).toContain(name);
      const instance = `/api/v1/health${at}/instances/${encodeURIComponent(name)}`;
      expect((await fetch(app.url + instance, { method: 'DELETE' })).status).toBe(204);
    }
  });

  it('never stand raw in an error or in a log', async () => {
    const names = [
      '<script>x</script>',
      'line\nbreak',
      '\u001b[31mred',
      'carriage\rreturn',
      '\u2028',
    ];
    for (const name of names) {
      for (const list of ['', '/messages', '/history']) {
        const response = await fetch(
          `${open.url}/api/v1/health/services/${encodeURIComponent(name)}${list}`,
        );
        expect(response.status).toBe(404);
        expect(response.headers.get('content-type')).toContain('application/problem+json');
        const body = await response.text();
        expect(body).not.toContain(name);
      }
      await stage.scope.redis.publish(
        stage.scope.channel,
        `{"service_name":${JSON.stringify(name)}`,
      );
      await stage.scope.redis.publish(
        stage.scope.channel,
        JSON.stringify({ service_name: name, status: 'ok' }),
      );
    }
    await settled(stage.scope, [open, guarded]);
    for (const { output } of [open, guarded]) {
      for (const line of output.split('\n')) {
        expect(() => JSON.parse(line) as unknown).not.toThrow();
      }
      expect(output).not.toContain('\u001b');
    }
  });
});

it('a client that does not end its request is cut off', async () => {
  const [headers, body] = await Promise.all(unended);
  expect(headers?.answer).toMatch(/^HTTP\/1.1 408 /);
  expect(headers?.ms).toBeLessThan(8_000);
  expect(body?.answer).toMatch(/^HTTP\/1.1 408 /);
  expect(body?.ms).toBeLessThan(13_000);
});
