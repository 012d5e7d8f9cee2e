import { waitUntil } from '../../../support/wait-until.js';
import type { Dashboard } from '../../../support/rest.js';
import type { Fault } from '../../fault.js';

const MEANWHILE = 200;

const fault: Fault = {
  number: 9,
  name: 'Redis out of memory, noeviction',
  selection: 'all',
  async run(world) {
    const redis = await world.privateRedis();
    await world.begin({ redisUrl: redis.url });
    const { app } = world;

    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    const failed = await waitUntil(
      'an append is refused',
      () => app.logged('ingest.append_failed')[0],
    );
    await world.issued(MEANWHILE);
    const gap = await waitUntil('it says that it does not observe', async () => {
      const dashboard = await app.api<Dashboard>('/dashboard');
      return dashboard.observing ? null : dashboard.gap;
    });
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    world.faultEnded();

    expect(JSON.stringify(failed)).toContain('OOM');
    expect(gap.cause).toBe('journal_full');
    return { times: 1, evidence: { refused: failed['error'], gap: gap.cause } };
  },
};

export default fault;
