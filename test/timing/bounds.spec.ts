import { healthEvent } from '../support/factories.js';
import { publishAtRate } from '../support/load.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';

const SERVICES = 50;
const INSTANCES = 5;

const stage = useStage();

it('three instances that meet new names at once admit no more than the bounds allow', async () => {
  const { scope } = stage;
  const apps = await stage.startMany(3, {
    HEALTH_MAX_SERVICES: String(SERVICES),
    HEALTH_MAX_INSTANCES_PER_SERVICE: String(INSTANCES),
    HEALTH_BATCH_MAX_EVENTS: '20',
  });
  const names = Array.from({ length: 6 * SERVICES }, (_, n) =>
    healthEvent({ service_name: `service-${n}` }),
  );
  await publishAtRate(scope, 5_000, names);
  await settled(scope, apps);
  expect(await scope.count('service_status')).toBe(SERVICES);
  expect(await scope.count('health_messages')).toBe(SERVICES);
  expect(await scope.count('health_dead_letters', `reason = 'too_many_services'`)).toBe(
    5 * SERVICES,
  );

  const [known] = await scope.sql<{ service_name: string }>(
    'SELECT service_name FROM service_status LIMIT 1',
  );
  const instances = Array.from({ length: 20 * INSTANCES }, (_, n) =>
    healthEvent({ service_name: known?.service_name, instance_id: `i${n}` }),
  );
  await publishAtRate(scope, 5_000, instances);
  await settled(scope, apps);
  expect(await scope.count('service_instances', 'service_name = $1', [known?.service_name])).toBe(
    INSTANCES,
  );
  expect(await scope.count('health_dead_letters', `reason = 'too_many_instances'`)).toBe(
    20 * INSTANCES - (INSTANCES - 1),
  );
});
