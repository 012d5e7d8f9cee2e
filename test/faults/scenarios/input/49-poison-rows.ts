import { randomUUID } from 'node:crypto';
import { waitUntil } from '../../../support/wait-until.js';
import { appendInBulk, ENTRY_EVENTS } from '../../bulk.js';
import type { Fault } from '../../fault.js';
import { isFullScale } from '../../run-options.js';
import type { World } from '../../world.js';

/** All 200 in full runs only. */
const BATCHES = isFullScale() ? 200 : 60;
const EVENTS = BATCHES * ENTRY_EVENTS;
/** Of the rate without poison, at least. */
const RATE_RATIO = 0.25;
const DRAIN_MS = 60_000;

/** PostgreSQL refuses one row in every 500: a CHECK that the application knows nothing of. */
const fault: Fault = {
  number: 49,
  name: 'one poison row in 500',
  selection: 'ci',
  deadlineMs: 3 * DRAIN_MS,
  async run(world) {
    await world.begin();
    const { scope } = world;
    await scope.sql(`ALTER TABLE health_messages ADD CHECK (message <> 'poison')`);

    const clean = await drained(world, 'clean', () => false);
    const isPoison = (index: number): boolean => index % ENTRY_EVENTS === poisonAt(world, index);
    const poisoned = await drained(world, 'poisoned', isPoison);
    world.faultEnded();

    expect(clean).toMatchObject({ rows: EVENTS, letters: 0 });
    expect(poisoned).toMatchObject({ rows: EVENTS - BATCHES, letters: BATCHES });
    const where = `reason = 'storage_rejected' AND detail LIKE '%23514%'`;
    expect(await scope.count('health_dead_letters', where)).toBe(BATCHES);
    expect(poisoned.perSecond).toBeGreaterThan(clean.perSecond * RATE_RATIO);
    return { times: BATCHES, evidence: { clean, poisoned } };
  },
};

interface Drained {
  readonly rows: number;
  readonly letters: number;
  readonly perSecond: number;
}

/** Another place in each entry, the same in each run of a seed. */
const poisonAt = ({ seed }: World, index: number): number =>
  (Math.floor(index / ENTRY_EVENTS) * 37 + seed) % ENTRY_EVENTS;

/** Lets a paused group lag by all events, then measures how fast it makes something of each. */
async function drained(
  world: World,
  name: string,
  isPoison: (index: number) => boolean,
): Promise<Drained> {
  const { scope } = world;
  await world.consumer('pause');
  const timestamp = Date.now();
  await appendInBulk(scope, EVENTS, (index) =>
    JSON.stringify({
      ...{ service_name: `fault-49-${name}`, instance_id: `i${index % 10}`, status: 'up' },
      ...{ message_id: randomUUID(), timestamp, ttl_seconds: 0 },
      message: isPoison(index) ? 'poison' : 'wholesome',
    }),
  );
  const startedMs = performance.now();
  await world.consumer('resume');
  const counted = await waitUntil(
    `all of ${name} is settled`,
    async () => {
      const rows = await scope.count('health_messages', `service_name = 'fault-49-${name}'`);
      const letters = await scope.count('health_dead_letters');
      return rows + letters >= EVENTS ? { rows, letters } : null;
    },
    { deadlineMs: DRAIN_MS, pollMs: 50 },
  );
  const seconds = (performance.now() - startedMs) / 1_000;
  return { ...counted, perSecond: Math.round(EVENTS / seconds) };
}

export default fault;
