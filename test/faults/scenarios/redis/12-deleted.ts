import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

const UNREAD = 60;

/** Somebody deletes the group, then the whole stream, the second time while a paused group lags behind. */
const fault: Fault = {
  number: 12,
  name: 'stream or group deleted',
  selection: 'all',
  lossCauses: ['journal_loss'],
  async run(world) {
    const redis = await world.privateRedis();
    await world.begin({ redisUrl: redis.url });
    const { app, scope } = world;
    const isNoticed = async (times: number): Promise<void> => {
      await waitUntil(
        'the group is made again',
        () => app.logged('consumer.group_recreated').length >= times,
      );
    };

    expect(await redis.command('XGROUP', 'DESTROY', scope.journal, scope.group)).toBe(1);
    await isNoticed(1);
    await world.atWork();
    await world.consumer('pause');
    await world.issued(UNREAD);
    const unread = Number(await redis.command('XLEN', scope.journal));
    expect(await redis.command('DEL', scope.journal)).toBe(1);
    await world.consumer('resume');
    world.faultEnded();
    await isNoticed(2);

    expect(unread).toBeGreaterThan(0);
    const losses = await waitUntil('the losses are recorded', async () => {
      const count = await scope.count('health_gaps', `cause = 'journal_loss'`);
      return count > 0 && count;
    });
    return { times: 2, evidence: { unread_when_deleted: unread, journal_losses: losses } };
  },
};

export default fault;
