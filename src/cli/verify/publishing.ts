import { CheckFailed } from './checklist.js';
import type { Deployment } from './deployment.js';
import type { VerifyEvent } from './events.js';
import { eventually } from './eventually.js';
import { PAUSED } from './paused.js';
import { readinessProblem } from './readiness-problem.js';
import { COUNT_STORED, READ_LETTERS } from './statements.sql.js';

/** A deployment at work stores within milliseconds; one that comes back from a fault within 10 s. */
export const STORED_LIMIT_MS = 10_000;
const JOURNALED_LIMIT_MS = 5_000;
/** Clocks of both services may differ. */
const LOOK_BACK_MS = 600_000;

/**
 * @throws CheckFailed where nobody hears it: then nothing of it is left anywhere.
 */
export async function publish(deployment: Deployment, text: string): Promise<void> {
  const { channel, redisName, journal } = deployment;
  const receivers = await journal.publish(channel, text);
  if (receivers > 0) return;
  throw new CheckFailed(
    `nobody subscribes to ${channel} in ${redisName}: it is not the Redis that the deployment ` +
      `listens to, or HEALTH_CHANNELS is not the deployment's`,
  );
}

/** Resolves to how long it took, in ms. */
export async function untilJournaled(
  deployment: Deployment,
  { dedupKey }: VerifyEvent,
  signal: AbortSignal,
): Promise<number> {
  const startedMs = performance.now();
  const { journal, redisName, environment } = deployment;
  await eventually(
    JOURNALED_LIMIT_MS,
    signal,
    async () => ((await journal.hasJournaled(dedupKey)) ? true : null),
    () =>
      `no instance has journaled it in ${redisName} within ${String(JOURNALED_LIMIT_MS / 1_000)} s: ` +
      `HEALTH_JOURNAL_KEY (${environment.HEALTH_JOURNAL_KEY}) is not the deployment's, or its journal is full`,
  );
  return performance.now() - startedMs;
}

/** Resolves to how long it took until all are rows, in ms; a second row of one is a failure. */
export async function untilStored(
  deployment: Deployment,
  events: readonly VerifyEvent[],
  signal: AbortSignal,
  limitMs = STORED_LIMIT_MS,
): Promise<number> {
  const startedMs = performance.now();
  let rows = 0;
  await eventually(
    limitMs,
    signal,
    async () => {
      rows = await rowsOf(deployment, events);
      if (rows > events.length) {
        throw new CheckFailed(`${String(events.length)} events became ${String(rows)} rows`);
      }
      return rows === events.length ? true : null;
    },
    async () =>
      `${String(events.length - rows)} of ${String(events.length)} events not stored within ${String(limitMs / 1_000)} s: ` +
      (await explanation(deployment)),
  );
  return performance.now() - startedMs;
}

export async function rowsOf(
  deployment: Deployment,
  events: readonly VerifyEvent[],
): Promise<number> {
  const ids = events.map(({ messageId }) => messageId);
  const { rows } = await deployment.row<{ rows: number }>(COUNT_STORED, [
    deployment.serviceName,
    ids,
  ]);
  return rows;
}

async function explanation(deployment: Deployment): Promise<string> {
  const [letter] = await lettersOf(deployment);
  if (letter !== undefined) return `a dead letter, ${letter.reason}: ${letter.detail}`;
  if (await deployment.journal.isPaused()) return PAUSED;
  const problem = await readinessProblem(deployment);
  return problem === null ? 'see the log of the instances' : `not ready, ${problem}`;
}

/** What of this run became dead letters. */
export async function lettersOf(
  deployment: Deployment,
): Promise<{ readonly id: string; readonly reason: string; readonly detail: string }[]> {
  const sinceMs = (await deployment.journal.nowMs()) - LOOK_BACK_MS;
  return await deployment.sql(READ_LETTERS, [deployment.serviceName, sinceMs]);
}
