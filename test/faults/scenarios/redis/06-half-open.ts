import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

/** The path to Redis forgets all connections, and neither side is told. */
const fault: Fault = {
  number: 6,
  name: 'connections to Redis half open',
  selection: 'all',
  async run(world) {
    const redis = await world.privateRedis();
    const proxy = await world.proxy(redis.url);
    await world.begin({ redisUrl: redis.url, instancesRedisUrl: proxy.url });

    proxy.halfOpen();
    world.faultEnded(); // a new connection works at once: the rest is to notice
    await world.issued(1);
    const clients = String(await redis.command('CLIENT', 'LIST'));
    const stillListed = clients.split('\n').filter((line) => line.includes(':subscriber '));

    expect(stillListed).toHaveLength(1);
    await waitUntil(
      'it gives up the silent connections',
      () => world.app.logged('ingest.subscribed').length > 1,
    );
    const silent = world.app.logged('ingest.subscriber_silent').length;
    const disconnects = world.app.logged('redis.disconnected').length;
    expect(silent + disconnects).toBeGreaterThan(0);
    return { times: 1, evidence: { silent, disconnects } };
  },
};

export default fault;
