import type { ServiceDetail } from '../../../support/rest.js';
import type { Fault } from '../../fault.js';
import { rowsOf } from '../../hostile-input.js';

const SERVICE = 'fault-48';
const EVENTS = 60;
const STATUSES = ['up', 'down', 'warn'] as const;

/** Events of an hour in any order, a third of them published; what is newest by its own time holds. */
const fault: Fault = {
  number: 48,
  name: 'events out of order',
  selection: 'short',
  isShared: true,
  async run(world) {
    const { app, random, scope } = world;
    const newestMs = Date.now();
    const events = Array.from({ length: EVENTS }, (_, age) => ({
      ...{ service_name: SERVICE, id: String(age), ttl_seconds: 0 },
      status: age === 0 ? 'down' : random.pick(STATUSES),
      timestamp: newestMs - age * 60_000,
    }));
    const order = events
      .map((event) => ({ event, at: random.between(0, 1) }))
      .sort((a, b) => a.at - b.at)
      .map(({ event }) => event);
    let overtaken = 0;
    for (const [index, event] of order.entries()) {
      const text = JSON.stringify(event);
      const isNewer = (one: typeof event): boolean => one.timestamp > event.timestamp;
      if (order.slice(0, index).some(isNewer)) overtaken += 1;
      if (index % 3 === 0) await scope.redis.publish(scope.channel, text);
      else await scope.redis.xadd(scope.journal, '*', scope.channel, text);
    }
    await rowsOf(world, SERVICE, EVENTS);

    const held = await app.api<ServiceDetail>(`/services/${SERVICE}`);
    expect(held).toMatchObject({ current_status: 'unhealthy', message_count: EVENTS });
    expect(held.last_occurred_at).toBe(new Date(newestMs).toISOString());
    expect(overtaken).toBeGreaterThan(EVENTS / 2);
    return { times: overtaken, evidence: { events: EVENTS, overtaken } };
  },
};

export default fault;
