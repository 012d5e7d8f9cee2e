import { waitUntil } from '../../../support/wait-until.js';
import { appendInBulk } from '../../bulk.js';
import type { Fault } from '../../fault.js';
import { isFullScale } from '../../run-options.js';

/** With the default bound on services only in full runs: what counts is what is beyond it. */
const [NAMES, MAX_SERVICES] = isFullScale() ? [1_000_000, 10_000] : [20_000, 500];
const DRAIN_MS = 400_000;

const fault: Fault = {
  number: 46,
  name: 'a million service names',
  selection: 'all',
  deadlineMs: DRAIN_MS + 100_000,
  async run(world) {
    await world.begin({ environment: { HEALTH_MAX_SERVICES: String(MAX_SERVICES) } });
    const { app, scope } = world;
    await waitUntil('the oracle has said all its names', async () => {
      return (await scope.count('service_status')) === 5;
    });

    const name = (index: number): string => `fault-46-${index}`;
    await appendInBulk(scope, NAMES, (index) =>
      JSON.stringify({ service_name: name(index), status: 'up', ttl_seconds: 0 }),
    );
    world.faultEnded(NAMES);
    const refused = NAMES - (MAX_SERVICES - 5);
    await waitUntil(
      'each name beyond the bound is a dead letter',
      async () =>
        (await scope.count('health_dead_letters', `reason = 'too_many_services'`)) >= refused,
      { deadlineMs: DRAIN_MS, pollMs: 100 },
    );

    expect(await scope.count('health_dead_letters')).toBe(refused);
    expect(await scope.count('service_status')).toBe(MAX_SERVICES);
    expect(await scope.count('service_instances')).toBeLessThanOrEqual(MAX_SERVICES + 10);
    const detail = `detail LIKE '%HEALTH_MAX_SERVICES is ${MAX_SERVICES}'`;
    expect(await scope.count('health_dead_letters', detail)).toBe(refused);
    const dashboard = await app.get('/api/v1/health/dashboard?limit=10000');
    expect(dashboard.status).toBe(200);
    return { times: NAMES, evidence: { services: MAX_SERVICES, refused } };
  },
};

export default fault;
