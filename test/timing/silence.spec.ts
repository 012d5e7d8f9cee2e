import type { App } from '../support/app.js';
import { healthEvent } from '../support/factories.js';
import type { ServiceDetail, StatusChangeList, TransitionList } from '../support/rest.js';
import { useStage } from '../support/stage.js';
import { SteadyPublisher } from '../support/steady-publisher.js';
import { waitUntil } from '../support/wait-until.js';

const SERVICE = 'payments';
const OTHER = 'orders';
const TTL_SECONDS = 2;
const GRACE_SECONDS = 1;
/** A silence is said no later than this after its deadline. */
const NOTICED_WITHIN_MS = 2_000;
const VARIABLES = {
  HEALTH_DEFAULT_TTL_SECONDS: String(TTL_SECONDS),
  HEALTH_GRACE_SECONDS: String(GRACE_SECONDS),
  HEALTH_INSTANCE_EXPIRY_SECONDS: '4',
};

const stage = useStage();

/** Instances that report five times a second, in turn; each can fall silent. */
class Fleet {
  private readonly silent = new Set<string>();
  private readonly publisher: SteadyPublisher;

  constructor(service: string, instances: readonly string[]) {
    this.publisher = SteadyPublisher.start(stage.scope, 5 * instances.length, (index) => {
      const instance = instances[index % instances.length] ?? '';
      // Who is silent is somebody else's noise, so that the rate stays the same.
      return this.silent.has(instance)
        ? healthEvent({ service_name: 'noise' })
        : healthEvent({ service_name: service, instance_id: instance });
    });
  }

  silence(instance: string): void {
    this.silent.add(instance);
  }

  wake(instance: string): void {
    this.silent.delete(instance);
  }

  async stop(): Promise<void> {
    await this.publisher.stop();
  }
}

const fleets: Fleet[] = [];
const startFleet = (service: string, instances: readonly string[]): Fleet => {
  const fleet = new Fleet(service, instances);
  fleets.push(fleet);
  return fleet;
};

afterEach(async () => {
  for (const fleet of fleets.splice(0)) await fleet.stop();
});

const detail = async (app: App, service = SERVICE): Promise<ServiceDetail> =>
  await app.api<ServiceDetail>(`/services/${service}`);

const status = async (app: App, service = SERVICE): Promise<string> =>
  (await app.get<ServiceDetail>(`/api/v1/health/services/${service}`)).body.current_status;

const said = async (app: App, service = SERVICE): Promise<string[]> => {
  const { items } = await app.api<StatusChangeList>(`/services/${service}/status-changes`);
  return items.toReversed().map(({ to_status: to, reason }) => `${to} (${reason})`);
};

const staleTransitions = async (
  app: App,
  instance: string,
): Promise<TransitionList['items'][number][]> => {
  const { items } = await app.api<TransitionList>(
    `/services/${SERVICE}/transitions?instance_id=${instance}`,
  );
  return items.filter(({ to_status }) => to_status === 'stale');
};

describe('an instance that falls silent under three instances of the monitor', () => {
  it('is stale within two seconds of its deadline, said once, expires, and comes back', async () => {
    const [app] = await stage.startMany(3, VARIABLES);
    if (app === undefined) throw new Error('nothing was started');
    const fleet = startFleet(SERVICE, ['a', 'b', 'c']);
    await waitUntil('all are known', async () => {
      const answer = await app.get<ServiceDetail>(`/api/v1/health/services/${SERVICE}`);
      return answer.status === 200 && answer.body.instance_count === 3;
    });

    fleet.silence('b');
    await waitUntil('the service is degraded', async () => (await status(app)) === 'degraded');
    const [row] = await stage.scope.sql<{ late_ms: number }>(
      `SELECT (extract(epoch FROM c.changed_at - s.due_at) * 1000)::float8 AS late_ms
         FROM health_status_changes c JOIN health_silences s USING (service_name, instance_id)
        WHERE c.reason = 'silent'`,
    );
    expect(row?.late_ms).toBeGreaterThan(0);
    expect(row?.late_ms).toBeLessThan(NOTICED_WITHIN_MS);
    expect(await staleTransitions(app, 'b')).toHaveLength(1);

    await waitUntil('it has expired', async () => (await detail(app)).instances.length === 2);
    expect(await said(app)).toEqual([
      'healthy (first_event)',
      'degraded (silent)',
      'healthy (expired)',
    ]);

    fleet.wake('b');
    await waitUntil('it is back', async () => (await detail(app)).instances.length === 3);
    await fleet.stop();
    await waitUntil('all are silent', async () => (await status(app)) === 'stale');
  });
});

describe('the monitor itself', () => {
  it('blames nobody for its own absence', async () => {
    const first = await stage.start(VARIABLES);
    startFleet(OTHER, ['a', 'b']);
    await waitUntil('it is known', async () => (await status(first, OTHER)) === 'healthy');
    await first.kill();
    await waitUntil('it was away for longer than any deadline', async () => {
      const [row] = await stage.scope.sql<{ away: boolean }>(
        `SELECT now() - committed_at > interval '6 seconds' AS away FROM health_observation`,
      );
      return row?.away === true;
    });

    const second = await stage.start(VARIABLES);
    await waitUntil('the gap is recorded', async () => {
      return (await stage.scope.count('health_gaps', `cause = 'not_running'`)) === 1;
    });
    const [before] = await stage.scope.sql<{ at: string }>(
      `SELECT covered_through + interval '5 seconds' AS at FROM health_observation`,
    );
    await waitUntil('every deadline would have passed', async () => {
      return (
        (await stage.scope.count('health_observation', 'swept_through > $1', [before?.at])) === 1
      );
    });
    expect(await said(second, OTHER)).toEqual(['healthy (first_event)']);
    expect(await stage.scope.count('health_silences', `service_name = '${OTHER}'`)).toBe(0);
  });
});
