import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

/** Events that are issued while Redis is away. */
const MEANWHILE = 200;

const fault: Fault = {
  number: 1,
  name: 'Redis restarted',
  selection: 'short',
  async run(world) {
    const redis = await world.privateRedis();
    await world.begin({ redisUrl: redis.url });

    await redis.stop('SIGTERM');
    await waitUntil('it is not ready', async () => !(await world.app.isReady()));
    await world.issued(MEANWHILE);
    await redis.start();
    world.faultEnded();

    const disconnects = world.app.logged('redis.disconnected').length;
    expect(disconnects).toBeGreaterThan(0);
    return { times: 1, evidence: { disconnects } };
  },
};

export default fault;
