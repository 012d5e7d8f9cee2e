import type { App } from '../support/app.js';
import { differences } from '../support/differences.js';
import { fleet, healthEvent } from '../support/factories.js';
import { publishAtRate } from '../support/load.js';
import {
  recomputedStates,
  recomputedTransitions,
  type ServiceRow,
  storedStates,
  storedTransitions,
} from '../support/recompute.js';
import type { MessageList, ServiceDetail, StatusChangeList } from '../support/rest.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

const EVENTS = 8_000;
const PER_SECOND = 1_000;
/** Events stored between two deletions. */
const STORED_BETWEEN = 100;
const MIN_DELETIONS = 10;
const SERVICES = 5;

const stage = useStage();

const deletion = async (app: App, route: string): Promise<number> =>
  (await fetch(`${app.url}/api/v1/health${route}`, { method: 'DELETE' })).status;

/** What a deletion leaves determined of a service; its newest event may be one of who is forgotten. */
const determined = ({
  service_name,
  current_status,
  message_count,
  instance_count,
}: ServiceRow) => ({
  service_name,
  current_status,
  message_count,
  instance_count,
});

async function publish(fields: Record<string, unknown>): Promise<void> {
  const { channel, redis } = stage.scope;
  await redis.publish(channel, JSON.stringify(healthEvent(fields)));
}

describe('a service that is deleted', () => {
  it('is not known any more, keeps its past, and comes back with its next event', async () => {
    const app = await stage.start();
    const path = '/services/a%2Fb';
    await publish({ service_name: 'a/b', status: 'down' });
    await settled(stage.scope, [app]);

    expect(await deletion(app, path)).toBe(204);
    expect(await deletion(app, path)).toBe(404);
    expect((await app.get(`/api/v1/health${path}`)).status).toBe(404);
    expect((await app.api<MessageList>(`${path}/messages`)).items).toHaveLength(1);
    const { items } = await app.api<StatusChangeList>(`${path}/status-changes`);
    expect(items.map(({ to_status, reason }) => [to_status, reason])).toEqual([
      ['unknown', 'deleted'],
      ['unhealthy', 'first_event'],
    ]);

    await publish({ service_name: 'a/b', status: 'ok' });
    await settled(stage.scope, [app]);
    expect(await app.api<ServiceDetail>(path)).toMatchObject({
      current_status: 'healthy',
      message_count: 1,
      instance_count: 1,
    });
    expect((await app.api<MessageList>(`${path}/messages`)).items).toHaveLength(2);
  });

  it('leaves an answer within 5 s where its row is locked, and nothing half done', async () => {
    const app = await stage.start();
    await publish({ service_name: 'locked' });
    await settled(stage.scope, [app]);
    const client = await stage.scope.database.connect();
    try {
      await client.query('BEGIN');
      await client.query(`SELECT FROM service_status WHERE service_name = 'locked' FOR UPDATE`);
      const startedMs = performance.now();
      expect(await deletion(app, '/services/locked')).toBe(503);
      expect(performance.now() - startedMs).toBeLessThan(5_000);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
    expect((await app.api<ServiceDetail>('/services/locked')).instances).toHaveLength(1);
    expect(await deletion(app, '/services/locked')).toBe(204);
  });
});

describe('an instance that is deleted', () => {
  it('leaves the service with the status of the others', async () => {
    const app = await stage.start();
    for (const [instance, status] of [
      ['bad', 'down'],
      ['good', 'ok'],
    ]) {
      await publish({ service_name: 'pair', instance_id: instance, status });
    }
    await settled(stage.scope, [app]);
    expect((await app.api<ServiceDetail>('/services/pair')).current_status).toBe('unhealthy');

    expect(await deletion(app, '/services/pair/instances/nobody')).toBe(404);
    expect(await deletion(app, '/services/nobody/instances/bad')).toBe(404);
    expect(await deletion(app, '/services/pair/instances/bad')).toBe(204);
    expect(await app.api<ServiceDetail>('/services/pair')).toMatchObject({
      current_status: 'healthy',
      instance_count: 1,
      message_count: 1,
    });
    expect(await deletion(app, '/services/pair/instances/good')).toBe(204);
    expect(await app.api<ServiceDetail>('/services/pair')).toMatchObject({
      current_status: 'unknown',
      instance_count: 0,
    });
  });
});

describe('deletions while three instances store a thousand events per second', () => {
  it('leave the states and transitions that follow from the audit log and the deletions', async () => {
    const { scope } = stage;
    const apps = await stage.startMany(3);
    const events = fleet({ events: EVENTS, services: SERVICES, eventsPerStatus: 3 });
    const publisher = { isDone: false };
    const publishing = publishAtRate(scope, PER_SECOND, events).finally(() => {
      publisher.isDone = true;
    });
    const before = await scope.count('service_deletions');
    let made = 0;
    for (let turn = 0; !publisher.isDone; turn += 1) {
      const app = apps[turn % apps.length];
      if (app === undefined) throw new Error('no instance');
      const service = `/services/service-${turn % SERVICES}`;
      const route = turn % 3 === 0 ? service : `${service}/instances/i${turn % 2}`;
      if ((await deletion(app, route)) === 204) made += 1;
      const count = await scope.count('health_messages');
      await waitUntil(
        'more is stored',
        async () =>
          publisher.isDone || (await scope.count('health_messages')) >= count + STORED_BETWEEN,
      );
    }
    await publishing;
    await settled(scope, apps);

    expect(made).toBeGreaterThan(MIN_DELETIONS);
    expect(await scope.count('service_deletions')).toBe(before + made);
    expect(await scope.count('health_messages', `service_name LIKE 'service-%'`)).toBe(EVENTS);
    const [actual, expected] = [await storedStates(scope), await recomputedStates(scope)];
    expect(actual.instances).toEqual(expected.instances);
    // A service whose instances were all deleted one by one stays, without anything to show.
    const isBare = ({ message_count: count }: ServiceRow): boolean => count === 0;
    expect(actual.services.filter((one) => !isBare(one)).map(determined)).toEqual(
      expected.services.map(determined),
    );
    for (const service of actual.services.filter(isBare)) {
      expect(service).toMatchObject({ current_status: 'unknown', instance_count: 0 });
    }
    expect(
      differences(await storedTransitions(scope), await recomputedTransitions(scope)),
    ).toBeNull();
  });
});
