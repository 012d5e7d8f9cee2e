import { atRate } from '../support/pace.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';

const PER_SECOND = 200;
const EVENTS = 1_600;
/** Three seconds in. */
const KILL_AT = 600;

const stage = useStage();

/** Every second event repeats the same bytes; the others differ, and have no identity either. */
const eventAt = (index: number): string =>
  JSON.stringify(
    index % 2 === 0
      ? { service_name: 'same-bytes', status: 'ok' }
      : { service_name: 'other-bytes', status: 'ok', message: `event ${index}` },
  );

it('events without id and time are a row each though the lease holder is killed among them', async () => {
  const { scope } = stage;
  const apps = await stage.startMany(3);
  let survivors = apps;

  await atRate(PER_SECOND, EVENTS, async (index) => {
    await scope.redis.publish(scope.channel, eventAt(index));
    if (index !== KILL_AT) return;
    const lease = await scope.redis.get(scope.keys.lease);
    const holder = apps.find(({ instanceId }) => lease?.startsWith(`${instanceId}:`));
    if (holder === undefined) throw new Error(`nobody holds the lease: ${String(lease)}`);
    survivors = apps.filter((app) => app !== holder);
    await holder.kill();
  });

  expect(survivors).toHaveLength(2);
  await settled(scope, survivors);
  expect({
    same: await scope.count('health_messages', `service_name = 'same-bytes'`),
    other: await scope.count('health_messages', `service_name = 'other-bytes'`),
  }).toEqual({ same: EVENTS / 2, other: EVENTS / 2 });
  const taken = survivors.flatMap((app) => app.logged('ingest.lease_taken'));
  expect(taken.length).toBeGreaterThan(0);
});
