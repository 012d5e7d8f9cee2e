import { statsOf } from '../../../support/settled.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';
import { rowsOf } from '../../hostile-input.js';

const SERVICE = 'fault-44';

/** The first one counts, as a redelivery could not be told from it; of another service or time it is another. */
const fault: Fault = {
  number: 44,
  name: 'same id, other content',
  selection: 'short',
  isShared: true,
  async run(world) {
    const { app, scope } = world;
    const before = await statsOf(app);
    const timestamp = Date.now();
    const event = (fields: object): string =>
      JSON.stringify({ service_name: SERVICE, status: 'up', id: 'same', timestamp, ...fields });
    const first = event({ message: 'first' });
    const later = event({ timestamp: timestamp + 1 });
    const pipeline = scope.redis.pipeline();
    for (const text of [first, event({ message: 'second', status: 'down' }), later]) {
      pipeline.xadd(scope.journal, '*', scope.channel, text);
    }
    pipeline.xadd(scope.journal, '*', scope.channel, event({ service_name: `${SERVICE}-other` }));
    await pipeline.exec();
    await waitUntil('the second one is counted', async () => {
      return (await statsOf(app)).duplicate > before.duplicate;
    });

    const rows = await rowsOf(world, SERVICE, 2);
    expect(rows.map(({ payload }) => payload)).toEqual([first, later]);
    expect(await rowsOf(world, `${SERVICE}-other`, 1)).toHaveLength(1);
    return { times: 1, evidence: { kept: rows[0]?.message } };
  },
};

export default fault;
