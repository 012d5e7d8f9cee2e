import { setTimeout as pause } from 'node:timers/promises';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

const ROUNDS = 5;
const EVENTS_PER_ROUND = 10;

const stage = useStage();

it('events without id and time that the lease holder misses are journaled by who heard them', async () => {
  const { redis, channel, keys } = stage.scope;
  const apps = await stage.startMany(2);
  const missedByHolder: number[] = [];

  for (let round = 0; round < ROUNDS; round += 1) {
    const line = await waitUntil("the holder's subscription is there", async () => {
      const holder = await redis.get(keys.lease);
      const clients = String(await redis.client('LIST')).split('\n');
      const found = clients.find((client) => client.includes(`name=${String(holder)}:subscriber `));
      return found?.includes(' sub=1 ') === true ? found : null;
    });
    await redis.client('KILL', 'ID', Number(/id=(\d+)/.exec(line)?.[1]));
    for (let index = 0; index < EVENTS_PER_ROUND; index += 1) {
      const heardBy = await redis.publish(channel, '{"service_name":"orders","status":"ok"}');
      if (heardBy < apps.length) missedByHolder.push(index);
    }
    await waitUntil(
      'both are subscribed again',
      async () => Number((await redis.pubsub('NUMSUB', channel))[1]) === apps.length,
    );
    await pause(2_000); // the lease changes hands
  }

  const stats = await settled(stage.scope, apps);
  expect(missedByHolder.length).toBeGreaterThan(0);
  expect(stats.map(({ shed }) => shed)).toEqual([0, 0]);
  expect(await stage.scope.count('health_messages')).toBe(ROUNDS * EVENTS_PER_ROUND);
});
