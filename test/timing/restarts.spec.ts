import type { App } from '../support/app.js';
import { type EventDocument, fleet } from '../support/factories.js';
import { JournalOracle } from '../support/journal-oracle.js';
import { publishAtRate } from '../support/load.js';
import { recomputedStates, storedStates } from '../support/recompute.js';
import { settled, statsOf } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

const PER_SECOND = 2_000;
const EXIT_MS = 10_000;
const TAKE_OVER_MS = 30_000;

describe('a rolling restart of three instances under 2,000 events per second', () => {
  const stage = useStage();
  const EVENTS = 40_000;

  it('loses nothing, counts nothing twice, and each exits with 0 in time', async () => {
    const { scope } = stage;
    const running: App[] = await stage.startMany(3);
    const publishing = publishAtRate(
      scope,
      PER_SECOND,
      fleet({ events: EVENTS, services: 20, instancesPerService: 5, eventsPerStatus: 50 }),
    );

    for (const old of [...running]) {
      await waitUntil('it is at work', async () => (await statsOf(old)).stored > 0);
      const { code, ms } = await old.stop();
      expect(code).toBe(0);
      expect(ms).toBeLessThan(EXIT_MS);
      running.splice(running.indexOf(old), 1, await stage.start());
    }

    await publishing;
    await settled(scope, running);
    expect(await scope.count('health_messages')).toBe(EVENTS);
    expect(await scope.count('health_dead_letters')).toBe(0);
    expect(await storedStates(scope)).toEqual(await recomputedStates(scope));
  });
});

describe('the only instance, killed under load', () => {
  const stage = useStage();
  const EVENTS = 10_000;

  it('leaves nothing behind that its restart does not store', async () => {
    const { scope } = stage;
    const oracle = await JournalOracle.open(scope);
    const first = await stage.start();
    const publishing = publishAtRate(
      scope,
      PER_SECOND,
      fleet({ events: EVENTS, services: 10, instancesPerService: 3, eventsPerStatus: 50 }),
    );
    await waitUntil('it is at work', async () => (await statsOf(first)).stored > EVENTS / 5);
    await first.kill();
    const second = await stage.start();
    await publishing;

    await settled(scope, [second], TAKE_OVER_MS);

    const journaled = (await oracle.read()).map((text) => JSON.parse(text) as EventDocument);
    const ids = new Set(journaled.map(({ message_id }) => String(message_id)));
    const rows = await scope.sql<{ id: string }>(
      'SELECT message_id::text AS id FROM health_messages',
    );
    expect(ids.size).toBeGreaterThan(EVENTS / 5);
    expect(rows.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(await storedStates(scope)).toEqual(await recomputedStates(scope));
    await oracle.close();
  });
});
