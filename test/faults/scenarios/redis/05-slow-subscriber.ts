import { healthEvent } from '../../../support/factories.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

/** Redis gives up a subscriber that owes it so much; what the sockets hold comes on top. */
const LIMIT = 'pubsub 1048576 524288 1';
const PADDING_BYTES = 200_000;

/** An instance that does not read is dropped by Redis, and so is all that waited for it. */
const fault: Fault = {
  number: 5,
  name: 'slow subscriber kicked by Redis',
  selection: 'short',
  async run(world) {
    const redis = await world.privateRedis({ 'client-output-buffer-limit': LIMIT });
    await world.begin({ redisUrl: redis.url });
    const { app, scope } = world;

    app.signal('SIGSTOP');
    const large = healthEvent({ service_name: 'padding', padding: 'x'.repeat(PADDING_BYTES) });
    let receivers = 0;
    await waitUntil('Redis has closed the subscription', async () => {
      receivers = Number(await redis.command('PUBLISH', scope.channel, JSON.stringify(large)));
      return receivers === 0;
    });
    app.signal('SIGCONT');
    world.faultEnded();

    const kicks = (await redis.log()).match(/overcoming of output buffer limits/g) ?? [];
    expect(kicks).toHaveLength(1);
    const causes = await waitUntil('the gap is recorded', async () => {
      const gaps = await scope.sql<{ cause: string }>('SELECT cause FROM health_gaps');
      return gaps.length > 0 && gaps.map(({ cause }) => cause);
    });
    return { times: 1, evidence: { kicks: kicks.length, causes } };
  },
};

export default fault;
