import { servicesControl } from '../../../support/services.js';
import { type Fault, NotInjected } from '../../fault.js';
import { storesNothing } from '../../problems.js';

/** Events that are issued while it is away. */
const MEANWHILE = 200;

const fault: Fault = {
  number: 14,
  name: 'PostgreSQL restarted with -m immediate',
  selection: 'all',
  async run(world) {
    const control = await servicesControl();
    if (control === null) throw new NotInjected('the PostgreSQL that is given is not ours to stop');
    await world.begin();
    const startedAt = async (): Promise<string> => {
      const [row] = await world.scope.sql<{ at: string }>(
        'SELECT pg_postmaster_start_time()::text AS at',
      );
      return row?.at ?? '';
    };
    const before = await startedAt();

    world.cleanUp(() => control.startPostgres());
    await control.stopPostgres({ mode: 'immediate' });
    const told = await storesNothing(world.app, /./);
    await world.issued(MEANWHILE);
    await control.startPostgres();
    world.faultEnded();

    expect(await startedAt()).not.toBe(before);
    return { times: 1, evidence: { told } };
  },
};

export default fault;
