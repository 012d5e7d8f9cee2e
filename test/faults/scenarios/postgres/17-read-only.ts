import { superuser } from '../../instance-role.js';
import type { Fault } from '../../fault.js';
import { storesNothing } from '../../problems.js';

const MEANWHILE = 200;

/** As after a failover to a replica, or what providers do when a disk runs full. */
const fault: Fault = {
  number: 17,
  name: 'PostgreSQL read-only',
  selection: 'all',
  async run(world) {
    const admin = await superuser(world);
    const reload = async (change: string): Promise<void> => {
      await admin.query(`ALTER SYSTEM ${change}`);
      await admin.query('SELECT pg_reload_conf()');
    };
    await world.begin();

    world.cleanUp(() => reload('RESET default_transaction_read_only'));
    await reload('SET default_transaction_read_only = on');
    const told = await storesNothing(world.app, /read-only transaction/);
    await world.issued(MEANWHILE);
    await reload('RESET default_transaction_read_only');
    world.faultEnded();

    return { times: 1, evidence: { told } };
  },
};

export default fault;
