import { waitUntil } from '../support/wait-until.js';
import { observes } from '../support/observed-gaps.js';
import { settled } from '../support/settled.js';
import { type Fault, type Injected, NotInjected } from './fault.js';
import {
  boundsWereKept,
  everyGapIsRecorded,
  lostEvents,
  nothingAcknowledgedIsLost,
  nothingIsStoredTwice,
  statesFollow,
  theAccountsBalance,
  type Violations,
} from './invariants.js';
import { readLedger, type RecordedGap } from './ledger.js';
import { RECOVERY_MS } from './liveness.js';
import type { World } from './world.js';

/** Events issued after the recovery, so that what comes later is looked at, too. */
const EVENTS_AFTER = 40;

/** What one injection of a fault came to. */
export interface Outcome {
  readonly fault: number;
  readonly name: string;
  readonly seed: number;
  readonly times: number;
  /** Events that the oracle issued, that were acknowledged, and of those that are stored. */
  readonly issued: number;
  readonly acknowledged: number;
  readonly stored: number;
  /** Acknowledged and not stored; within recorded gaps, or there is a violation. */
  readonly lost: number;
  /** Events that consumers met again after they had been stored. */
  readonly duplicates: number;
  readonly recoverySeconds: number | null;
  readonly gaps: readonly RecordedGap[];
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly violations: Violations;
  /** Why it was not injected; null where it was. */
  readonly notInjected: string | null;
}

/**
 * Runs a scenario, waits until all has come to rest, and checks the invariants. Rejects where the
 * scenario fails or nothing comes to rest; violations are part of the outcome.
 */
export async function inject(fault: Fault, world: World): Promise<Outcome> {
  try {
    return await outcomeOf(fault, world, await fault.run(world));
  } catch (error) {
    if (error instanceof NotInjected) return notInjected(fault, world.seed, error.message);
    throw error;
  }
}

/**
 * As {@link inject}, for faults that share a world: one after the other, then the checks; one outcome
 * each. A scenario that fails is a violation of its own fault.
 */
export async function injectTogether(
  faults: readonly [Fault, ...Fault[]],
  world: World,
): Promise<Outcome[]> {
  await world.begin();
  const all: (Injected & { readonly failures: Violations })[] = [];
  for (const fault of faults) {
    try {
      all.push({ ...(await fault.run(world)), failures: [] });
    } catch (error) {
      all.push({ times: 0, evidence: {}, failures: [`${fault.number}: ${String(error)}`] });
    }
  }
  world.faultEnded();
  const outcome = await outcomeOf(faults[0], world, { times: 0, evidence: {} });
  return faults.map(({ number, name }, index) => {
    const { failures = [], ...injected } = all[index] ?? {};
    const violations = [...outcome.violations, ...failures];
    return { ...outcome, ...injected, violations, fault: number, name };
  });
}

async function outcomeOf(fault: Fault, world: World, injected: Injected): Promise<Outcome> {
  const { scope, publisher, watch } = world;
  const seconds = await world.recovered();
  for (const app of world.living) {
    const options = { deadlineMs: RECOVERY_MS };
    await waitUntil(`${app.instanceId} is ready`, async () => await app.isReady(), options);
  }
  await world.issued(EVENTS_AFTER);
  await publisher.stop();
  const stats = await settled(scope, world.living);
  await observes(scope, world.app.isRunning ? world.app : firstOf(world));
  await watch.upToDate();
  const ledger = await readLedger(scope, publisher, watch);
  const violations = [
    ...nothingAcknowledgedIsLost(ledger, fault),
    ...(await nothingIsStoredTwice(scope)),
    ...(await theAccountsBalance(scope, world.apps, stats)),
    ...(await statesFollow(scope, scope.environment['DATABASE_URL'] ?? '')),
    ...(await boundsWereKept(world.living, fault)),
    ...everyGapIsRecorded(ledger),
  ];
  await watch.close();
  await world.stopInstances();
  return {
    ...{ fault: fault.number, name: fault.name, seed: world.seed },
    ...injected,
    issued: ledger.issued.length,
    acknowledged: ledger.issued.filter(({ id }) => ledger.acknowledged.has(id)).length,
    stored: ledger.issued.filter(({ id }) => ledger.stored.has(id)).length,
    lost: lostEvents(ledger).length,
    duplicates: stats.reduce((sum, { duplicate }) => sum + duplicate, 0),
    recoverySeconds: seconds,
    gaps: ledger.gaps,
    violations,
    notInjected: null,
  };
}

function firstOf(world: World): World['app'] {
  const [app] = world.living;
  if (app === undefined) throw new Error('no instance runs after the fault');
  return app;
}

function notInjected(fault: Fault, seed: number, reason: string): Outcome {
  return {
    ...{ fault: fault.number, name: fault.name, seed, times: 0 },
    ...{ issued: 0, acknowledged: 0, stored: 0, lost: 0, duplicates: 0 },
    ...{ recoverySeconds: null, gaps: [], evidence: {}, violations: [], notInjected: reason },
  };
}
