import { databaseOutage } from '../../../support/outage.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

const MEANWHILE = 200;

/** The instance is started anew while PostgreSQL is away, and journals meanwhile. */
const fault: Fault = {
  number: 28,
  name: 'PostgreSQL down at start',
  selection: 'all',
  async run(world) {
    const outage = await databaseOutage();
    world.cleanUp(() => outage.close());
    await world.begin({ instancesDatabaseUrl: outage.databaseUrl });

    await world.app.stop();
    await outage.begin();
    const app = world.spawn();
    await waitUntil('it hears', () => app.logged('ingest.subscribed').length > 0);
    await waitUntil('it journals', async () => {
      const { body } = await app.get<{ journaled: number }>('/api/v1/health/consumer/stats');
      return body.journaled >= MEANWHILE / 2;
    });
    const live = (await app.get('/health/live')).status;
    const ready = (await app.get('/health/ready')).status;
    await outage.end();
    world.faultEnded();

    expect({ live, ready }).toEqual({ live: 200, ready: 503 });
    const closed = app.logged('database.closed').length;
    expect(closed).toBeGreaterThan(0);
    return { times: 1, evidence: { live, ready, closed } };
  },
};

export default fault;
