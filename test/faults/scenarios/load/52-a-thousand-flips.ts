import { waitUntil } from '../../../support/wait-until.js';
import { appendInBulk } from '../../bulk.js';
import type { Fault } from '../../fault.js';
import type { World } from '../../world.js';

const SERVICES = 1_000;
const COURSE = [
  ['up', 'healthy'],
  ['down', 'unhealthy'],
  ['up', 'healthy'],
  ['warn', 'degraded'],
] as const;
/** From the event to what the service is said to be. */
const VISIBLE_MS = 5_000;

const fault: Fault = {
  number: 52,
  name: 'a thousand services flip at once',
  selection: 'all',
  async run(world) {
    await world.begin();
    const tookMs: number[] = [];
    for (const [word, status] of COURSE) tookMs.push(await flip(world, word, status));
    world.faultEnded();

    const where = `service_name LIKE 'fault-52-%'`;
    const transitions = await world.scope.count('health_transitions', where);
    const changes = await world.scope.count('health_status_changes', where);
    expect({ transitions, changes }).toEqual({
      transitions: COURSE.length * SERVICES,
      changes: COURSE.length * SERVICES,
    });
    return { times: COURSE.length, evidence: { transitions, changes, took_ms: tookMs } };
  },
};

/** All say the same word in the same moment; returns after how many ms all are said to be so. */
async function flip({ scope }: World, word: string, status: string): Promise<number> {
  const timestamp = Date.now();
  await appendInBulk(scope, SERVICES, (index) =>
    JSON.stringify({
      ...{ service_name: `fault-52-${index}`, status: word, ttl_seconds: 0 },
      ...{ id: `${timestamp}`, timestamp },
    }),
  );
  const startedMs = performance.now();
  const where = `service_name LIKE 'fault-52-%' AND current_status = $1`;
  await waitUntil(
    `all are ${status}`,
    async () => (await scope.count('service_status', where, [status])) === SERVICES,
    { deadlineMs: VISIBLE_MS },
  );
  return Math.round(performance.now() - startedMs);
}

export default fault;
