import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

/** Events that the replica never gets to see. */
const NOT_REPLICATED = 60;

/** The master dies while its replica lags behind, and the replica takes its place. */
const fault: Fault = {
  number: 4,
  name: 'Redis fails over to a replica',
  selection: 'all',
  lossCauses: ['redis_unreachable', 'journal_loss'],
  async run(world) {
    const master = await world.privateRedis();
    const replica = await world.privateRedis();
    const replication = await world.proxy(master.url);
    const service = await world.proxy(master.url);
    await replica.command('REPLICAOF', '127.0.0.1', new URL(replication.url).port);
    await waitUntil('the replica follows', async () =>
      String(await replica.command('INFO', 'replication')).includes('master_link_status:up'),
    );
    await world.begin({ redisUrl: service.url });

    replication.mode = 'black-hole';
    await world.issued(NOT_REPLICATED);
    const lengthOf = async (redis: typeof master): Promise<number> =>
      Number(await redis.command('XINFO', 'STREAM', world.scope.journal).then(entriesAdded));
    const behind = (await lengthOf(master)) - (await lengthOf(replica));
    await master.stop('SIGKILL');
    await replica.command('REPLICAOF', 'NO', 'ONE');
    service.switchTo(replica.url);
    world.faultEnded();

    expect(behind).toBeGreaterThan(0);
    expect(String(await replica.command('ROLE'))).toContain('master');
    return { times: 1, evidence: { entries_not_replicated: behind } };
  },
};

/** Of a stream, how many entries it ever had. */
function entriesAdded(reply: unknown): unknown {
  const fields = reply as unknown[];
  return fields[fields.indexOf('entries-added') + 1];
}

export default fault;
