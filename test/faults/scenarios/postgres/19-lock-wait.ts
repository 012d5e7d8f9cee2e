import { setTimeout as pause } from 'node:timers/promises';
import { sessionsOf } from '../../../support/sessions.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';
import { storesNothing } from '../../problems.js';
import { runOptions } from '../../run-options.js';

const { isLong } = runOptions(process.env);
/** Longer than a commit's statements may take, where there is time for that. */
const LOCKED_MS = isLong ? 34_000 : 3_000;

const fault: Fault = {
  number: 19,
  name: 'audit log locked by another session',
  selection: 'all',
  async run(world) {
    await world.begin();
    const { app, scope } = world;

    const locker = await scope.database.connect();
    const startedMs = performance.now();
    try {
      await locker.query('BEGIN; LOCK TABLE health_messages IN ACCESS EXCLUSIVE MODE');
      await waitUntil(
        'it waits for the lock',
        async () => (await sessionsOf(scope, app, `wait_event_type = 'Lock'`)).length > 0,
      );
      await pause(Math.max(0, LOCKED_MS - (performance.now() - startedMs)));
      if (isLong) await storesNothing(app, /statement timeout/);
    } finally {
      await locker.query('ROLLBACK');
      locker.release();
    }
    world.faultEnded();

    return { times: 1, evidence: { lockedMs: LOCKED_MS } };
  },
};

export default fault;
