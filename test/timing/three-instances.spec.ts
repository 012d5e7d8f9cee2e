import type { App } from '../support/app.js';
import { pendingOf } from '../support/consumers.js';
import { differences } from '../support/differences.js';
import { fleet, type EventDocument } from '../support/factories.js';
import { JournalOracle } from '../support/journal-oracle.js';
import { atRate } from '../support/pace.js';
import { redisCli } from '../support/publishers.js';
import {
  recomputedStates,
  recomputedTransitions,
  storedStates,
  storedTransitions,
} from '../support/recompute.js';
import type { Scope } from '../support/scope.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

const EVENTS = 30_000;
const LEAST_SHARE = 0.2;
const TAKE_OVER_MS = 30_000;
/** 30 chunks of 1,000, four a second. */
const CHUNK = 1_000;
const CHUNKS_PER_SECOND = 4;

describe('three instances and 30,000 events', () => {
  const stage = useStage();

  it('store each once, share the work, and keep states that follow from the audit log', async () => {
    const { scope } = stage;
    const apps = await stage.startMany(3);
    const events = fleet({
      events: EVENTS,
      services: 20,
      instancesPerService: 3,
      eventsPerStatus: 50,
    });

    await redisCli.publish(scope, events);

    await waitForRows(scope, EVENTS);
    const stats = await settled(scope, apps);
    expect(differences(await messageIds(scope), idsOf(events))).toBeNull();
    expect(stats.map(({ shed }) => shed)).toEqual([0, 0, 0]);
    expect(stats.reduce((sum, { stored }) => sum + stored, 0)).toBe(EVENTS);
    for (const { stored } of stats) expect(stored).toBeGreaterThanOrEqual(EVENTS * LEAST_SHARE);
    await expectStatesToFollow(scope);
  });
});

describe('three instances and 30,000 events, one instance killed in the middle', () => {
  const stage = useStage();

  it('store all that was journaled; the survivors take over its pending work', async () => {
    const { scope } = stage;
    const apps = await stage.startMany(3);
    const oracle = await JournalOracle.open(scope);
    const [victim, ...survivors] = apps as [App, App, App];
    const events = fleet({
      events: EVENTS,
      services: 20,
      instancesPerService: 3,
      eventsPerStatus: 50,
    });

    const publishing = atRate(CHUNKS_PER_SECOND, EVENTS / CHUNK, async (index) => {
      await redisCli.publish(scope, events.slice(index * CHUNK, (index + 1) * CHUNK));
    });
    await waitForRows(scope, EVENTS / 3);
    await killWithPendingWork(scope, victim);
    const killedMs = performance.now();
    await waitUntil(
      'its pending work is taken over',
      async () => (await pendingOf(scope, victim)) === 0,
      { deadlineMs: TAKE_OVER_MS },
    );
    const takenOverMs = performance.now() - killedMs;
    await publishing;
    await settled(scope, survivors);

    expect(takenOverMs).toBeLessThan(TAKE_OVER_MS);
    const journaled = (await oracle.read()).map((text) => JSON.parse(text) as EventDocument);
    expect(journaled.length).toBeGreaterThan(EVENTS / 2);
    expect(differences(await messageIds(scope), [...new Set(idsOf(journaled))])).toBeNull();
    await expectStatesToFollow(scope);
    await oracle.close();
  });
});

const idsOf = (events: readonly EventDocument[]): string[] =>
  events.map(({ message_id }) => String(message_id)).sort();

async function messageIds(scope: Scope): Promise<string[]> {
  const rows = await scope.sql<{ message_id: string }>(
    'SELECT message_id::text FROM health_messages',
  );
  return rows.map(({ message_id }) => message_id).sort();
}

async function waitForRows(scope: Scope, rows: number): Promise<void> {
  await waitUntil(`${rows} rows`, async () => (await scope.count('health_messages')) >= rows, {
    deadlineMs: 60_000,
    pollMs: 50,
  });
}

async function expectStatesToFollow(scope: Scope): Promise<void> {
  const [stored, recomputed] = [await storedStates(scope), await recomputedStates(scope)];
  expect({
    services: differences(stored.services, recomputed.services),
    instances: differences(stored.instances, recomputed.instances),
    transitions: differences(await storedTransitions(scope), await recomputedTransitions(scope)),
  }).toEqual({ services: null, instances: null, transitions: null });
}

/** Kills it at a moment when it holds entries: it is halted, looked at, and let go on if not. */
async function killWithPendingWork(scope: Scope, app: App): Promise<void> {
  await waitUntil(
    `${app.instanceId} is at work`,
    async () => {
      app.signal('SIGSTOP');
      if ((await pendingOf(scope, app)) > 0) return true;
      app.signal('SIGCONT');
      return false;
    },
    { pollMs: 5 },
  );
  await app.kill();
}
