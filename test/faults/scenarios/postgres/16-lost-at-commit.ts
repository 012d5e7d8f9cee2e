import { CommitThief, type CommitLoss } from '../../../support/commit-thief.js';
import { testServices } from '../../../support/services.js';
import { statsOf } from '../../../support/settled.js';
import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

const LOSSES: readonly CommitLoss[] = ['request', 'reply', 'request', 'reply'];

const fault: Fault = {
  number: 16,
  name: 'connection lost at COMMIT, both outcomes',
  selection: 'short',
  async run(world) {
    const thief = await CommitThief.before(testServices().databaseUrl);
    world.cleanUp(() => thief.close());
    await world.begin({ instancesDatabaseUrl: thief.url });
    const { app, scope } = world;

    const events: Record<CommitLoss, number> = { request: 0, reply: 0 };
    for (const [at, loss] of LOSSES.entries()) {
      const ids = oracleIdsIn(await thief.lose(loss));
      await waitUntil(
        'PostgreSQL has ended what was under way',
        async () => (await scope.connectionsOf([app.instanceId])) === 0,
      );
      const where = `payload->>'message_id' = ANY ($1)`;
      const stored = await scope.count('health_messages', where, [ids]);
      expect(ids.length).toBeGreaterThan(0);
      expect({ loss, stored }).toEqual({ loss, stored: loss === 'reply' ? ids.length : 0 });
      events[loss] += ids.length;
      thief.letIn();
      if (at === LOSSES.length - 1) world.faultEnded();
      await world.atWork();
    }

    const { duplicate } = await waitUntil('what was committed is met again', async () => {
      const stats = await statsOf(app);
      return stats.duplicate >= events.reply ? stats : null;
    });
    return { times: LOSSES.length, evidence: { events, duplicate } };
  },
};

const oracleIdsIn = (parameters: Buffer): string[] => [
  ...new Set(parameters.toString('latin1').match(/f16-\d+/g)),
];

export default fault;
