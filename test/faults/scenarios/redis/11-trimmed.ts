import { waitUntil } from '../../../support/wait-until.js';
import type { Fault } from '../../fault.js';

const UNREAD = 100;
const KEPT = 10;

/** Somebody trims the journal while a paused group lags behind. */
const fault: Fault = {
  number: 11,
  name: 'stream trimmed under lag',
  selection: 'ci',
  lossCauses: ['journal_loss'],
  async run(world) {
    const redis = await world.privateRedis();
    await world.begin({ redisUrl: redis.url });
    const { app, scope } = world;

    await world.consumer('pause');
    await world.issued(UNREAD);
    const trimmed = Number(await redis.command('XTRIM', scope.journal, 'MAXLEN', '=', KEPT));
    await world.consumer('resume');
    world.faultEnded();

    expect(trimmed).toBeGreaterThan(UNREAD / 2);
    const lost = await waitUntil(
      'the loss is noticed',
      () => app.logged('consumer.entries_lost')[0],
    );
    const gap = await waitUntil('the loss is recorded', async () => {
      const gaps = await scope.sql<{ lost: number | null }>(
        `SELECT lost_count::integer AS lost FROM health_gaps WHERE cause = 'journal_loss'`,
      );
      return gaps[0];
    });
    return { times: 1, evidence: { trimmed, lost: lost['entries'], recorded: gap.lost } };
  },
};

export default fault;
