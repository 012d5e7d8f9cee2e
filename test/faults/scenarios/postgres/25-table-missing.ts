import { sessionsOf } from '../../../support/sessions.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';
import { storesNothing } from '../../problems.js';

const MEANWHILE = 200;

/** A table that is away, then one that another migration holds while it works. */
const fault: Fault = {
  number: 25,
  name: 'table missing, then a migration in progress',
  selection: 'all',
  async run(world) {
    await world.begin();
    const { app, scope } = world;

    await scope.sql('ALTER TABLE service_instances RENAME TO service_instances_away');
    const told = await storesNothing(app, /service_instances.* does not exist/);
    await world.issued(MEANWHILE);
    expect(await scope.count('health_dead_letters')).toBe(0);
    await scope.sql('ALTER TABLE service_instances_away RENAME TO service_instances');
    await world.atWork();

    const migration = await scope.database.connect();
    try {
      await migration.query(
        'BEGIN; ALTER TABLE service_instances ADD COLUMN of_a_migration integer',
      );
      await waitUntil(
        'it waits for the migration',
        async () => (await sessionsOf(scope, app, `wait_event_type = 'Lock'`)).length > 0,
      );
      await world.issued(MEANWHILE);
    } finally {
      await migration.query('COMMIT');
      migration.release();
    }
    world.faultEnded();
    return { times: 2, evidence: { told } };
  },
};

export default fault;
