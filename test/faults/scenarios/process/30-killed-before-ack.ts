import { becomeIdle, pendingOf } from '../../../support/consumers.js';
import { testServices } from '../../../support/services.js';
import { statsOf } from '../../../support/settled.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';
import { oracleIdIn } from '../../oracle-events.js';
import type { World } from '../../world.js';

/** Longer than nobody may have touched what is taken over. */
const IDLE_MS = 15_000;

/** What it has read is committed, its acknowledgement does not reach Redis, and then it is killed. */
const fault: Fault = {
  number: 30,
  name: 'SIGKILL between commit and acknowledgement',
  selection: 'ci',
  async run(world) {
    const proxy = await world.proxy(testServices().redisUrl);
    await world.begin({ eventsPerSecond: 500, instancesRedisUrl: proxy.url });
    const { app: victim, scope } = world;
    const [survivor] = [await world.spawn({ REDIS_URL: testServices().redisUrl }).ready()];

    const committed = await waitUntil('it has committed what it cannot acknowledge', async () => {
      proxy.mode = 'black-hole';
      if ((await pendingOf(scope, victim)) > 0) {
        return await waitUntil('all of it is committed', () => storedOfPending(world, victim), {
          deadlineMs: 2_000,
        });
      }
      proxy.mode = 'forward';
      return null;
    });
    await victim.kill();
    world.faultEnded();

    await becomeIdle(scope, IDLE_MS);
    await waitUntil(
      'what it held is taken over',
      async () => (await pendingOf(scope, victim)) === 0,
      { deadlineMs: 30_000 },
    );
    const duplicate = await waitUntil('it is met again', async () => {
      const stats = await statsOf(survivor);
      return stats.duplicate >= committed ? stats.duplicate : null;
    });
    return { times: 1, evidence: { committed, duplicate } };
  },
};

/** Events of the entries that an instance holds, if all of them are rows; null if not. */
async function storedOfPending(world: World, app: World['app']): Promise<number | null> {
  const { group, journal, redis } = world.scope;
  const pending = (await redis.xpending(journal, group, '-', '+', 1_000)) as [string, string][];
  const held = pending.filter(([, consumer]) => consumer.startsWith(`${app.instanceId}:`));
  const ids: string[] = [];
  for (const [id] of held) {
    const [entry] = await redis.xrange(journal, id, id);
    ids.push(...(entry?.[1] ?? []).flatMap((text) => oracleIdIn(text) ?? []));
  }
  const where = `payload->>'message_id' = ANY ($1)`;
  const stored = await world.scope.count('health_messages', where, [ids]);
  return ids.length > 0 && stored === ids.length ? stored : null;
}

export default fault;
