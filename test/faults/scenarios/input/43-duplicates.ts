import { statsOf } from '../../../support/settled.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';
import { rowsOf } from '../../hostile-input.js';

const SERVICE = 'fault-43';
const COPIES = 50;

/** The same event many times over: in one entry, in many entries of one batch, and over pub/sub. */
const fault: Fault = {
  number: 43,
  name: 'duplicates inside a batch',
  selection: 'short',
  isShared: true,
  async run(world) {
    const { app, scope } = world;
    const before = await statsOf(app);
    const event = (id: string): string =>
      JSON.stringify({ service_name: SERVICE, status: 'up', id, timestamp: Date.now() });
    const [entry, entries, published] = ['entry', 'entries', 'published'].map(event);
    const pipeline = scope.redis.pipeline();
    const copies = Array.from({ length: COPIES }, () => [scope.channel, entry ?? '']).flat();
    pipeline.xadd(scope.journal, '*', ...copies);
    for (let copy = 0; copy < COPIES; copy += 1) {
      pipeline.xadd(scope.journal, '*', scope.channel, entries ?? '');
      pipeline.publish(scope.channel, published ?? '');
    }
    await pipeline.exec();

    const met = await waitUntil('every copy is counted', async () => {
      const { duplicate, deduplicated } = await statsOf(app);
      const found = {
        duplicate: duplicate - before.duplicate,
        deduplicated: deduplicated - before.deduplicated,
      };
      const areAll = found.duplicate >= 2 * (COPIES - 1) && found.deduplicated >= COPIES - 1;
      return areAll ? found : null;
    });

    expect(await rowsOf(world, SERVICE, 3)).toHaveLength(3);
    return { times: 3 * (COPIES - 1), evidence: met };
  },
};

export default fault;
