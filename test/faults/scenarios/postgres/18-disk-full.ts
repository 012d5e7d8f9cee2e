import { SmallTablespace } from '../../../support/small-tablespace.js';
import { type Fault, NotInjected } from '../../fault.js';
import { InstanceRole, superuser } from '../../instance-role.js';
import { storesNothing } from '../../problems.js';

/** What the tables take at first, several times over. */
const MEGABYTES = 48;
const MEANWHILE = 200;

const fault: Fault = {
  number: 18,
  name: 'disk of PostgreSQL full',
  selection: 'all',
  async run(world) {
    const admin = await superuser(world);
    const disk = await SmallTablespace.create(admin, MEGABYTES);
    if (disk === null) {
      throw new NotInjected('it takes root, who may mount a small file system for PostgreSQL');
    }
    world.cleanUp(() => disk.drop());
    const role = await InstanceRole.create(world);
    await role.alter(`SET default_tablespace = ${disk.name}`);
    await world.begin({ instancesDatabaseUrl: role.url, eventsPerSecond: 500 });

    await disk.fill();
    const told = await storesNothing(world.app, /No space left on device/);
    await world.issued(MEANWHILE);
    await disk.free();
    world.faultEnded();

    return { times: 1, evidence: { told } };
  },
};

export default fault;
