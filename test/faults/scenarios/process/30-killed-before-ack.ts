import { createHash } from 'node:crypto';
import { ACKNOWLEDGE } from '../../../../src/journal/group-scripts.js';
import { becomeIdle, pendingOf } from '../../../support/consumers.js';
import { testServices } from '../../../support/services.js';
import { statsOf } from '../../../support/settled.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';
import { oracleIdIn } from '../../oracle-events.js';
import type { World } from '../../world.js';

/** By its SHA-1 Redis is told which script to run. */
const ACKNOWLEDGES = createHash('sha1').update(ACKNOWLEDGE).digest('hex');
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
    const survivor = await world.spawn({ REDIS_URL: testServices().redisUrl }).ready();

    await proxy.blackHoleAt(acknowledgesSeveral);
    const committed = await storedOfPending(world, victim);
    expect(committed).toBeGreaterThan(0);
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

/** An acknowledgement of so many entries that there are more than heartbeats among them. */
function acknowledgesSeveral(request: Buffer): boolean {
  const [, words = ''] = request.toString('latin1').split(ACKNOWLEDGES);
  return (words.match(/\d{13}-\d+/g) ?? []).length >= 3;
}

/** How many events are rows of those in the entries that an instance holds. */
async function storedOfPending(world: World, app: World['app']): Promise<number> {
  const { group, journal, redis } = world.scope;
  const pending = (await redis.xpending(journal, group, '-', '+', 1_000)) as [string, string][];
  const held = pending.filter(([, consumer]) => consumer.startsWith(`${app.instanceId}:`));
  const ids: string[] = [];
  for (const [id] of held) {
    const [entry] = await redis.xrange(journal, id, id);
    ids.push(...(entry?.[1] ?? []).flatMap((text) => oracleIdIn(text) ?? []));
  }
  const where = `payload->>'message_id' = ANY ($1)`;
  return await world.scope.count('health_messages', where, [ids]);
}

export default fault;
