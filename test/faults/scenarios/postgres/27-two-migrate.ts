import { observes } from '../../../support/observed-gaps.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

/** What a migration takes, see `storage/schema.ts`. */
const MIGRATION_LOCK = 0x6865616c;

/** Two instances meet an empty schema, and are let go at it at one moment. */
const fault: Fault = {
  number: 27,
  name: 'two instances migrate at once',
  selection: 'all',
  async run(world) {
    await world.begin({
      start: async () => {
        const { scope } = world;
        const gate = await scope.database.connect();
        try {
          const lock = [MIGRATION_LOCK, scope.schema];
          await gate.query('SELECT pg_advisory_lock($1, hashtext($2))', lock);
          const apps = [world.spawn(), world.spawn()];
          await waitUntil('both want to migrate', async () => {
            const waiting = await scope.count(
              'pg_locks',
              `locktype = 'advisory' AND NOT granted AND classid = $1::bigint::oid
               AND objid = (hashtext($2)::bigint & 4294967295)::oid`,
              lock,
            );
            return waiting === apps.length;
          });
        } finally {
          await gate.query('SELECT pg_advisory_unlock_all()');
          gate.release();
        }
        await Promise.all(world.apps.map(async (app) => await app.ready()));
        await observes(scope, world.app);
      },
    });
    world.faultEnded();

    const migrated = world.apps.map((app) => app.logged('database.migrated').length);
    expect(migrated.sort()).toEqual([0, 1]);
    return { times: 1, evidence: { migrated } };
  },
};

export default fault;
