import type { App } from '../support/app.js';
import { healthEvent } from '../support/factories.js';
import type { ServiceDetail, ServiceSettings, StatusChangeList } from '../support/rest.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';

const DEFAULT_TTL_SECONDS = 600;
const DEFAULT_GRACE_SECONDS = 40;
const DEFAULTS: ServiceSettings = {
  failure_threshold: null,
  success_threshold: null,
  ttl_seconds: null,
  grace_seconds: null,
  expected_instances: null,
};

const stage = useStage();
let app: App;

beforeAll(async () => {
  app = await stage.start({
    HEALTH_DEFAULT_TTL_SECONDS: String(DEFAULT_TTL_SECONDS),
    HEALTH_GRACE_SECONDS: String(DEFAULT_GRACE_SECONDS),
  });
});

async function publish(...events: Record<string, unknown>[]): Promise<void> {
  const { channel, redis } = stage.scope;
  for (const fields of events) await redis.publish(channel, JSON.stringify(healthEvent(fields)));
  await settled(stage.scope, [app]);
}

async function put(name: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${app.url}/api/v1/health/services/${name}/settings`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

const serviceOf = async (name: string): Promise<ServiceDetail> =>
  await app.api<ServiceDetail>(`/services/${name}`);

/** How long after its last reception each instance is due, in seconds. */
async function waitsOf(name: string): Promise<Record<string, number | null>> {
  const rows = await stage.scope.sql<{ id: string; wait: number | null }>(
    `SELECT instance_id AS id, extract(epoch FROM due_at - last_seen)::float8 AS wait
       FROM service_instances WHERE service_name = $1 ORDER BY instance_id`,
    [name],
  );
  return Object.fromEntries(rows.map(({ id, wait }) => [id, wait]));
}

describe('the settings of a service', () => {
  it('are the defaults until somebody sets them, and all five are replaced together', async () => {
    await publish({ service_name: 'plain' });
    const path = '/services/plain/settings';
    expect(await app.api(path)).toEqual(DEFAULTS);

    const settings = {
      failure_threshold: 3,
      success_threshold: 2,
      ttl_seconds: 30,
      grace_seconds: 0,
      expected_instances: 1,
    };
    expect(await put('plain', settings)).toEqual({ status: 200, body: settings });
    expect(await app.api(path)).toEqual(settings);
    expect((await serviceOf('plain')).settings).toEqual(settings);

    const fewer = { ...DEFAULTS, ttl_seconds: 45 };
    expect(await put('plain', { ttl_seconds: 45 })).toEqual({ status: 200, body: fewer });
    expect(await app.api(path)).toEqual(fewer);
    expect((await serviceOf('plain')).settings).toEqual(fewer);
    expect(await stage.scope.count('service_settings', `service_name = 'plain'`)).toBe(2);
  });

  it.each<[string, unknown, string[]]>([
    ['a threshold of 0', { failure_threshold: 0 }, ['failure_threshold']],
    ['a threshold of 101', { success_threshold: 101 }, ['success_threshold']],
    ['a TTL of more than a week', { ttl_seconds: 604_801 }, ['ttl_seconds']],
    ['a negative grace', { grace_seconds: -1 }, ['grace_seconds']],
    ['no instance expected', { expected_instances: 0 }, ['expected_instances']],
    ['text', { ttl_seconds: '30', grace_seconds: 1 }, ['ttl_seconds']],
    ['a misspelt one', { ttl: 30 }, ['ttl']],
  ])('are refused with %s, and stay', async (_, body, fields) => {
    await publish({ service_name: 'bounded' });
    const answer = await put('bounded', body);
    expect(answer.status).toBe(400);
    const { errors } = answer.body as { errors: { field: string; message: string }[] };
    expect(errors.map(({ field }) => field)).toEqual(fields);
    expect(await app.api('/services/bounded/settings')).toEqual(DEFAULTS);
  });

  it('belong to a service that is known', async () => {
    expect((await put('nobody', {})).status).toBe(404);
    expect((await app.get('/api/v1/health/services/nobody/settings')).status).toBe(404);
  });

  it('outlive a deletion of the service', async () => {
    await publish({ service_name: 'back' });
    await put('back', { expected_instances: 2 });
    await fetch(`${app.url}/api/v1/health/services/back`, { method: 'DELETE' });
    expect((await put('back', {})).status).toBe(404);
    await publish({ service_name: 'back' });
    expect((await serviceOf('back')).settings.expected_instances).toBe(2);
  });

  it('have a history in strict order, whoever changes them at once', async () => {
    await publish({ service_name: 'busy' });
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => put('busy', { ttl_seconds: index + 1 })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const rows = await stage.scope.sql<{ ttl: number }>(
      `SELECT ttl_seconds AS ttl FROM service_settings WHERE service_name = 'busy' ORDER BY changed_at`,
    );
    expect(rows).toHaveLength(20);
    expect((await serviceOf('busy')).settings.ttl_seconds).toBe(rows.at(-1)?.ttl);
  });
});

describe('deadlines', () => {
  it('that lie ahead follow TTL and grace, but for what an event promised itself', async () => {
    const name = 'waiting';
    await publish(
      { service_name: name, instance_id: 'default' },
      { service_name: name, instance_id: 'left', status: 'stopping' },
      { service_name: name, instance_id: 'own', ttl_seconds: 1_000 },
      { service_name: name, instance_id: 'promises-none', ttl_seconds: 0 },
    );
    const waits = (byDefault: number | null, own: number): Record<string, number | null> => ({
      default: byDefault,
      left: null,
      own,
      'promises-none': null,
    });
    expect(await waitsOf(name)).toEqual(waits(640, 1_040));
    await stage.scope.sql(
      `UPDATE service_instances SET wait_until = due_at + interval '1 hour' WHERE service_name = $1`,
      [name],
    );

    await put(name, { ttl_seconds: 700, grace_seconds: 5 });
    expect(await waitsOf(name)).toEqual(waits(705, 1_005));
    expect(await stage.scope.count('service_instances', 'wait_until IS NOT NULL')).toBe(0);
    const { due_at: due, instances } = await serviceOf(name);
    expect(due).toBe(instances.find(({ instance_id: id }) => id === 'own')?.due_at);

    await put(name, { ttl_seconds: 0 });
    expect(await waitsOf(name)).toEqual(waits(null, 1_040));
    await put(name, {});
    expect(await waitsOf(name)).toEqual(waits(640, 1_040));
  });

  it('never lie before the change that brings them', async () => {
    const name = 'shortened';
    await publish({ service_name: name });
    await stage.scope.sql(
      `UPDATE service_instances SET last_seen = last_seen - interval '100 seconds',
                                    due_at = due_at - interval '100 seconds'
        WHERE service_name = $1`,
      [name],
    );
    await put(name, { ttl_seconds: 1, grace_seconds: 0 });
    const [row] = await stage.scope.sql(
      `SELECT i.due_at = w.changed_at AS "isDueNow" FROM service_instances i
         JOIN service_settings w USING (service_name) WHERE service_name = $1`,
      [name],
    );
    expect(row).toEqual({ isDueNow: true });
  });

  it('that have passed stand, and so do silences', async () => {
    const name = 'passed';
    await publish(
      { service_name: name, instance_id: 'overdue' },
      { service_name: name, instance_id: 'stale' },
    );
    await stage.scope.sql(
      `UPDATE service_instances SET
         last_seen = last_seen - interval '1000 seconds', due_at = due_at - interval '1000 seconds',
         current_status = CASE instance_id WHEN 'stale' THEN 'stale' ELSE current_status END
        WHERE service_name = $1`,
      [name],
    );
    await put(name, { ttl_seconds: 86_400 });
    expect(await waitsOf(name)).toEqual({ overdue: 640, stale: 640 });
  });
});

describe('a service with fewer instances than expected', () => {
  it('is degraded from the setting on, and says why', async () => {
    const name = 'short';
    await publish(
      { service_name: name, instance_id: 'a' },
      { service_name: name, instance_id: 'b' },
    );
    await put(name, { expected_instances: 3 });
    expect((await serviceOf(name)).current_status).toBe('degraded');
    await put(name, { expected_instances: 4 });
    await put(name, { expected_instances: 2 });
    const service = await serviceOf(name);
    expect(service.current_status).toBe('healthy');

    const { items } = await app.api<StatusChangeList>(`/services/${name}/status-changes`);
    expect(items.map((item) => [item.from_status, item.to_status, item.reason])).toEqual([
      ['degraded', 'healthy', 'settings'],
      ['healthy', 'degraded', 'settings'],
      [null, 'healthy', 'first_event'],
    ]);
    expect(items[0]).toMatchObject({
      changed_at: service.status_since,
      instance_id: null,
      message_id: null,
    });
  });
});
