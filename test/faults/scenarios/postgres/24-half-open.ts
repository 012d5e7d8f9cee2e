import { testServices } from '../../../support/services.js';
import { sessionsOf } from '../../../support/sessions.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

/** The path to PostgreSQL forgets all connections, and neither side is told. */
const fault: Fault = {
  number: 24,
  name: 'connections to PostgreSQL half open',
  selection: 'all',
  async run(world) {
    const proxy = await world.proxy(testServices().databaseUrl);
    await world.begin({ instancesDatabaseUrl: proxy.url, eventsPerSecond: 500 });
    const { app, scope } = world;

    const before = await sessionsOf(scope, app);
    await waitUntil(
      'it is at work',
      async () => (await sessionsOf(scope, app, 'backend_xid IS NOT NULL')).length > 0,
      { pollMs: 1 },
    );
    proxy.halfOpen();
    world.faultEnded(); // a new connection works at once: the rest is to notice
    await world.atWork();

    const after = await sessionsOf(scope, app);
    const pids = new Set(before.map(({ pid }) => pid));
    const fresh = after.filter(({ pid }) => !pids.has(pid));
    expect(fresh.length).toBeGreaterThan(0);
    return { times: 1, evidence: { before: before.length, fresh: fresh.length } };
  },
};

export default fault;
