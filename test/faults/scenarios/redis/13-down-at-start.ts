import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

const MEANWHILE = 60;

/** The instance is started anew while Redis is away, and serves what needs no Redis meanwhile. */
const fault: Fault = {
  number: 13,
  name: 'Redis down at start',
  selection: 'all',
  async run(world) {
    const redis = await world.privateRedis();
    await world.begin({ redisUrl: redis.url });

    await world.app.stop();
    await redis.stop();
    const app = world.spawn();
    await waitUntil('it listens', () => app.logged('app.started').length > 0);
    await waitUntil(
      'it reads the database',
      async () => (await app.get('/api/v1/health/dashboard')).status === 200,
    );
    await world.issued(MEANWHILE);
    const live = (await app.get('/health/live')).status;
    const ready = (await app.get('/health/ready')).status;
    await redis.start();
    world.faultEnded();

    expect({ live, ready }).toEqual({ live: 200, ready: 503 });
    expect(app.logged('redis.unreachable').length).toBeGreaterThan(0);
    return { times: 1, evidence: { live, ready } };
  },
};

export default fault;
