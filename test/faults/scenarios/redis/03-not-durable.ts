import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

const UNREAD = 100;

/** Without an append-only file a kill costs the whole journal: here, all that came during a pause. */
const fault: Fault = {
  number: 3,
  name: 'Redis killed, without AOF',
  selection: 'all',
  lossCauses: ['consumer_paused', 'redis_unreachable', 'journal_loss'],
  async run(world) {
    const redis = await world.privateRedis({ appendonly: 'no' });
    await world.begin({ redisUrl: redis.url });
    const [warning] = world.app.logged('redis.not_durable');
    expect(warning).toMatchObject({
      level: 'warn',
      problems: [expect.stringContaining('appendonly is no')],
    });

    await world.consumer('pause');
    await world.issued(UNREAD);
    const journaled = Number(await redis.command('XLEN', world.scope.journal));
    await redis.stop('SIGKILL');
    await redis.start();
    world.faultEnded();

    expect(await redis.command('EXISTS', world.scope.keys.paused(world.scope.group))).toBe(0);
    expect(journaled).toBeGreaterThan(0);
    await waitUntil('the group is made again', () => world.app.logged('consumer.group_missing')[0]);
    return { times: 1, evidence: { journaled, warning: warning?.['problems'] } };
  },
};

export default fault;
