import type { Environment } from '../../config/environment.js';
import { Checklist, type Line } from './checklist.js';
import { cleanUp, cleanUpBefore, nothingLost } from './cleanup.js';
import { concurrency, journal, processing, ROUND_EVENTS, running } from './consumer-checks.js';
import { connection, pool, statementTimeout } from './database-checks.js';
import { Deployment } from './deployment.js';
import { deadLetter, duplicate, event, lateEvent } from './end-to-end-checks.js';
import { pauseAndResume } from './pause-check.js';
import { retry } from './retry-check.js';

/** Without these nothing is published, for it could not be removed again. */
const FOUND = ['connection', 'running', 'journal'];
/** Without these nothing that is published arrives. */
const WORKING = [...FOUND, 'processing'];

const INTEGRATION = [
  ['1/5 event', event],
  ['2/5 dead letter', deadLetter],
  ['3/5 duplicate', duplicate],
  ['4/5 late event', lateEvent],
  ['5/5 pause and resume', pauseAndResume],
] as const;

/** All of the guide's validation, once. Resolves to a line for each check. */
export async function runOnce(
  environment: Environment,
  signal: AbortSignal,
  tell: (line: Line) => void,
): Promise<readonly Line[]> {
  const deployment = new Deployment(environment);
  const list = new Checklist(signal, tell);
  try {
    await list.check('database', 'connection', [], () => connection(deployment));
    await list.check('database', 'pool', ['connection'], () =>
      pool(deployment.environment, signal),
    );
    // Takes seconds, in which the rest goes on.
    const timeout = list.check('database', 'statement timeout', ['connection'], () =>
      statementTimeout(deployment),
    );
    await checkConsumer(deployment, list, signal);
    for (const [name, work] of [
      ['concurrency', concurrency],
      ['retry', retry],
    ] as const) {
      await list.check('consumer', name, WORKING, () => work(deployment, signal));
    }
    await checkIntegration(deployment, list, signal);
    await checkRest(deployment, list);
    await timeout;
  } finally {
    await deployment.close();
  }
  return list.lines;
}

/** The success criteria's part: integration 5/5, and that nothing is lost. */
export async function runIntegration(
  deployment: Deployment,
  list: Checklist,
  signal: AbortSignal,
): Promise<void> {
  await list.check('database', 'connection', [], () => connection(deployment));
  await checkConsumer(deployment, list, signal);
  await list.check('consumer', 'concurrency', WORKING, () =>
    concurrency(deployment, signal, ROUND_EVENTS),
  );
  await checkIntegration(deployment, list, signal);
}

async function checkConsumer(
  deployment: Deployment,
  list: Checklist,
  signal: AbortSignal,
): Promise<void> {
  await list.check('consumer', 'running', ['connection'], () => running(deployment, signal));
  await list.check('consumer', 'journal', ['running'], () => journal(deployment, signal));
  await list.check('consumer', 'processing', FOUND, async () => {
    await cleanUpBefore(deployment);
    return await processing(deployment, signal);
  });
}

async function checkIntegration(
  deployment: Deployment,
  list: Checklist,
  signal: AbortSignal,
): Promise<void> {
  for (const [name, work] of INTEGRATION) {
    await list.check('end-to-end', name, WORKING, () => work(deployment, signal));
  }
}

/** The account of what was published, and its removal; also where somebody interrupted. */
export async function checkRest(deployment: Deployment, list: Checklist): Promise<void> {
  await list.check('accounts', 'nothing lost', WORKING, () => nothingLost(deployment));
  await list.always('cleanup', 'nothing left', () => cleanUp(deployment));
}
