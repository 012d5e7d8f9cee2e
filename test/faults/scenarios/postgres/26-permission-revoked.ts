import type { Fault } from '../../fault.js';
import { storesNothing } from '../../problems.js';

const MEANWHILE = 200;

const fault: Fault = {
  number: 26,
  name: 'permission to insert revoked',
  selection: 'all',
  async run(world) {
    await world.begin();
    const { app, scope } = world;

    await scope.sql('REVOKE INSERT ON health_messages FROM CURRENT_USER');
    const told = await storesNothing(app, /permission denied/);
    await world.issued(MEANWHILE);
    expect(await app.isReady()).toBe(false);
    expect(await scope.count('health_dead_letters')).toBe(0);
    await scope.sql('GRANT INSERT ON health_messages TO CURRENT_USER');
    world.faultEnded();

    const loud = app.logged('consumer.commit_failed').filter(({ level }) => level === 'error');
    expect(loud.length).toBeGreaterThan(0);
    return { times: 1, evidence: { told } };
  },
};

export default fault;
