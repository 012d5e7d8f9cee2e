import type { Fault } from '../../fault.js';
import { InstanceRole } from '../../instance-role.js';
import { storesNothing } from '../../problems.js';

const MEANWHILE = 200;

const fault: Fault = {
  number: 22,
  name: 'no connection left for the role',
  selection: 'all',
  async run(world) {
    const role = await InstanceRole.create(world);
    await world.begin({ instancesDatabaseUrl: role.url });

    await role.alter('CONNECTION LIMIT 0');
    const ended = await role.endSessions();
    const told = await storesNothing(world.app, /too many connections for role/);
    await world.issued(MEANWHILE);
    await role.alter('CONNECTION LIMIT -1');
    world.faultEnded();

    expect(ended).toBeGreaterThan(0);
    return { times: 1, evidence: { ended, told } };
  },
};

export default fault;
