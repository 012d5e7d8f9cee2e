import { healthEvent } from '../support/factories.js';
import type { Dashboard } from '../support/rest.js';
import { statsOf } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

const stage = useStage();

it('without its consumer an instance answers every route, stays ready, and says it does not observe', async () => {
  const { scope } = stage;
  const consuming = await stage.start();
  await scope.redis.publish(scope.channel, JSON.stringify(healthEvent()));
  await waitUntil('it is stored', async () => (await scope.count('health_messages')) === 1);
  await consuming.stop();

  const app = await stage.start({ HEALTH_CONSUMER_ENABLED: 'false' });
  expect(await scope.redis.publish(scope.channel, JSON.stringify(healthEvent()))).toBe(0);

  const dashboard = await waitUntil('it says that nobody observes', async () => {
    const answer = await app.api<Dashboard>('/dashboard');
    return answer.observing ? null : answer;
  });
  expect(dashboard.services.map(({ service_name: name }) => name)).toEqual(['orders']);
  for (const route of [
    '/api/v1/health/services',
    '/api/v1/health/services/orders',
    '/api/v1/health/database/pool',
    '/health/live',
    '/health/ready',
    '/health/startup',
  ]) {
    expect({ route, status: (await app.get(route)).status }).toEqual({ route, status: 200 });
  }
  expect(await statsOf(app)).toMatchObject({ running: false, received: 0, read: 0 });
  expect(await app.isReady()).toBe(true);
});
