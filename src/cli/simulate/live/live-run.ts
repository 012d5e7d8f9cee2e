import { setTimeout as delay } from 'node:timers/promises';
import { App } from '../../bench/app.js';
import { type Target, Workspace } from '../../bench/workspace.js';
import type { PrivateServices } from '../../private-services.js';
import type { Check } from '../verdict/check.js';
import { LiveFleet, TTL_SECONDS } from './live-fleet.js';
import { GRACE_SECONDS, liveVerdict } from './live-verdict.js';

const SERVICES = 12;
/** From a last word to its being said at the latest, and some more. */
const NOTICED_MS = (TTL_SECONDS + GRACE_SECONDS + 3) * 1_000;
/** Longer than any deadline. */
const AWAY_MS = 6_000;
const VARIABLES = { HEALTH_GRACE_SECONDS: String(GRACE_SECONDS) };

/**
 * The same in real time, in little: twelve services publish to the application as a process of its own,
 * which is killed and kicked meanwhile. Takes about a minute.
 */
export async function runLive(services: PrivateServices): Promise<Check[]> {
  const workspace = await Workspace.open(services);
  try {
    const target = await workspace.productTarget();
    const start = async (): Promise<App> => await App.start(services, target, null, VARIABLES);
    let app = await start();
    try {
      await covered(workspace, target);
      const fleet = new LiveFleet(workspace.redis, target.channel, SERVICES);
      try {
        await happenings(fleet);
        await app.child.kill();
        await delay(AWAY_MS);
        app = await start();
        await covered(workspace, target);
        await delay(NOTICED_MS);
        await workspace.redis.client('KILL', 'TYPE', 'pubsub');
        await delay(NOTICED_MS);
        fleet.die('live-05', 'c');
        await delay(NOTICED_MS);
        return await liveVerdict(workspace, target.schema, fleet, [
          'not_running',
          'subscriber_kicked',
        ]);
      } finally {
        fleet.stop();
      }
    } finally {
      await app.stop();
    }
  } finally {
    await workspace.close();
  }
}

/** Deaths without a word; a redeploy and a rolling restart, of which nobody is to be told. */
async function happenings(fleet: LiveFleet): Promise<void> {
  await delay(NOTICED_MS);
  fleet.die('live-00', 'a');
  fleet.end('live-01', 'a', 'stopping');
  fleet.end('live-02', 'a', null);
  await delay(1_000);
  fleet.begin('live-01', 'a');
  fleet.begin('live-02', 'd');
  fleet.die('live-03', 'b');
  await delay(NOTICED_MS);
  fleet.end('live-02', 'b', null);
  fleet.end('live-04', 'b', 'draining');
  await delay(1_000);
  fleet.begin('live-02', 'e');
  fleet.begin('live-04', 'f');
  await delay(NOTICED_MS);
}

/** Until a synthetic heartbeat has come through just now. */
async function covered({ database }: Workspace, { schema }: Target): Promise<void> {
  for (;;) {
    const { rows } = await database.query<{ covered: boolean }>(
      `SELECT covered_through > now() - interval '2 seconds' AS covered FROM ${schema}.health_observation`,
    );
    if (rows[0]?.covered === true) return;
    await delay(100);
  }
}
