import type { App } from '../support/app.js';
import { fleet, healthEvent } from '../support/factories.js';
import { type GeneratedRequest, generatedRequests } from '../support/generated-requests.js';
import { publishAtRate } from '../support/load.js';
import { ApiDescription, type Route } from '../support/openapi.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';

/** Of each route; a pause takes its time, as the whole group has to follow. */
const REQUESTS = 250;
const PAUSES = 25;
const SEED = Number(process.env['HEALTH_TEST_SEED'] ?? 20_260_131);
const AT_ONCE = 8;

const NAMES = [
  'checkout',
  'a/b',
  'a b',
  `quo"te's`,
  '100%',
  '%2F',
  '😀',
  '<b>',
  'ärger',
  'x?y=z#w',
];

const stage = useStage();
let app: App;
let description: ApiDescription;

beforeAll(async () => {
  app = await stage.start();
  description = await ApiDescription.of(app);
  const { scope } = stage;
  await publishAtRate(scope, 500, [
    ...NAMES.map((name) => healthEvent({ service_name: name, instance_id: name })),
    ...fleet({ events: 300 }),
  ]);
  await scope.redis.publish(scope.channel, 'nonsense');
  await settled(scope, [app]);
});

interface Given {
  readonly status: number;
  readonly mediaType: string;
  readonly text: string;
  readonly body: unknown;
}

async function ask({ method, target, body }: Omit<GeneratedRequest, 'wrong'>): Promise<Given> {
  const response = await fetch(app.url + target, {
    method,
    ...(body === null ? {} : { body, headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  const mediaType = (response.headers.get('content-type') ?? '').split(';', 1)[0] ?? '';
  return {
    status: response.status,
    mediaType,
    text,
    body: mediaType.includes('json') ? (JSON.parse(text) as unknown) : text,
  };
}

/** The fields that a problem names. */
const fieldsOf = (body: unknown): string[] =>
  ((body as { errors?: { field: string }[] }).errors ?? []).map(({ field }) => field).sort();

const title = ({ method, path }: Route): string => `${method} ${path}`;

/** What is wrong with the answer to a request; null where all is as described. */
function problemWith(route: Route, request: GeneratedRequest, given: Given): string | null {
  const asDescribed = description.problemWith(route, given.status, given.mediaType, given.body);
  if (asDescribed !== null) return asDescribed;
  if (request.wrong.length > 0 && given.status !== 400) return 'taken although it is wrong';
  if (request.wrong.length === 0 && ![200, 204, 304, 404].includes(given.status)) return 'refused';
  if (given.status < 400) return null;
  const fields = fieldsOf(given.body);
  if (fields.length === 0) return 'no field is named';
  if (given.status === 400 && fields.join() !== request.wrong.join()) {
    return `names ${fields.join()} instead of ${request.wrong.join()}`;
  }
  return null;
}

describe('the description of the API', () => {
  it('has an example of every answer and every error, and the schema allows it', () => {
    const problems = description.routes.flatMap((route) =>
      Object.entries(route.operation.responses).flatMap(([status, { content = {} }]) =>
        Object.entries(content).map(([mediaType, { example }]) => {
          if (example === undefined) return `${title(route)} ${status}: no example`;
          const problem = description.problemWith(route, Number(status), mediaType, example);
          return problem === null ? null : `${title(route)} ${status}: ${problem}`;
        }),
      ),
    );
    expect(problems.length).toBeGreaterThan(60);
    expect(problems.filter((problem) => problem !== null)).toEqual([]);
  });

  it('would notice a field that nobody described, and one that is missing', () => {
    const route = description.routes.find(({ path }) => path.endsWith('/database/pool'));
    if (route === undefined) throw new Error('no such route');
    const pool = { pool_size: 1, checked_out: 0, checked_in: 0, overflow: 0, waiting: 0 };
    const check = (body: object): string | null =>
      description.problemWith(route, 200, 'application/json', body);
    expect(check({ ...pool, utilization: 0 })).toBeNull();
    expect(check(pool)).toContain('utilization');
    expect(check({ ...pool, utilization: 0, more: 1 })).toContain('additional');
  });

  it('is what an ordinary client gets of every route', async () => {
    const targets = {
      '{name}': encodeURIComponent('a/b'),
      '{id}': encodeURIComponent('a/b'),
    };
    const safe = description.routes.filter(({ method }) => method === 'GET');
    for (const route of safe) {
      let target = route.path;
      for (const [place, value] of Object.entries(targets)) target = target.replace(place, value);
      if (route.path.includes('dead-letters/')) target = '/api/v1/health/dead-letters/1';
      const given = await ask({ method: 'GET', target, body: null });
      expect({ target, status: given.status }).toEqual({ target, status: 200 });
      expect(description.problemWith(route, 200, given.mediaType, given.body)).toBeNull();
    }
  });
});

describe('generated requests', () => {
  it(`to every route are answered as described, and never with 500 (seed ${SEED})`, async () => {
    const { schemas } = description.document.components;
    const counts = new Map<number, number>();
    const problems: unknown[] = [];
    for (const route of description.routes) {
      const count = route.path.endsWith('/pause') ? PAUSES : REQUESTS;
      const requests = generatedRequests(route, schemas, NAMES, count, SEED);
      for (let at = 0; at < requests.length; at += AT_ONCE) {
        await Promise.all(
          requests.slice(at, at + AT_ONCE).map(async (request) => {
            const given = await ask(request);
            counts.set(given.status, (counts.get(given.status) ?? 0) + 1);
            const problem = problemWith(route, request, given);
            if (problem !== null) problems.push({ problem, request, status: given.status });
          }),
        );
      }
    }
    expect(problems.slice(0, 5)).toEqual([]);
    for (const status of [200, 400, 404]) expect(counts.get(status)).toBeGreaterThan(100);
    expect(counts.get(204)).toBeGreaterThan(NAMES.length / 2);
    expect([...counts.values()].reduce((a, b) => a + b)).toBeGreaterThan(3_000);
    expect(app.output).not.toContain('"event":"api.failed"');
  });

  it.each<[string, RequestInit & { target: string }, number, string]>([
    ['a path that cannot be decoded', { target: '/services/%zz' }, 400, 'path'],
    ['half a character in the path', { target: '/services/%ff' }, 400, 'path'],
    ['a route that is none', { target: '/nowhere' }, 404, 'path'],
    ['a method that is none', { target: '/services', method: 'PUT' }, 405, 'method'],
    [
      'a form',
      { target: '/consumer', method: 'PATCH', body: 'concurrency=2' },
      415,
      'Content-Type',
    ],
    [
      'half a document',
      { target: '/consumer', method: 'PATCH', body: '{"concurrency":' },
      400,
      'body',
    ],
    ['a list', { target: '/consumer', method: 'PATCH', body: '[2]' }, 400, 'body'],
    ['no document', { target: '/consumer', method: 'PATCH' }, 400, 'concurrency'],
    [
      'a large document',
      { target: '/consumer', method: 'PATCH', body: `{"x":"${'x'.repeat(20_000)}"}` },
      413,
      'body',
    ],
  ])('%s: a problem that names the field', async (what, { target, ...init }, status, field) => {
    const response = await fetch(`${app.url}/api/v1/health${target}`, {
      ...init,
      headers: {
        'content-type':
          what === 'a form' ? 'application/x-www-form-urlencoded' : 'application/json',
      },
    });
    const body = (await response.json()) as object;
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({ type: 'about:blank', status, title: expect.stringMatching(/./) });
    expect({ status: response.status, fields: fieldsOf(body) }).toEqual({
      status,
      fields: [field],
    });
  });
});
