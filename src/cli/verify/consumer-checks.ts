import type { ConsumerState, ConsumerStats } from '../../api/monitor/monitor.responses.js';
import type { GapCause } from '../../observation/gap-cause.js';
import { applicationName } from '../../storage/data-source.js';
import { CheckFailed } from './checklist.js';
import type { Deployment } from './deployment.js';
import { verifyEvent } from './events.js';
import { PAUSED, untilNotPausedByAnother } from './paused.js';
import { eventually } from './eventually.js';
import { readinessProblem } from './readiness-problem.js';
import { publish, untilJournaled, untilStored } from './publishing.js';
import { HAS_SESSION, READ_ACCOUNTS } from './statements.sql.js';

/** Enough for several batches, little enough to be over in a second. */
const BURST_EVENTS = 2_000;
/** Of each round of a watch: beside them its one dead letter is no rate of errors. */
export const ROUND_EVENTS = 200;
const BURST_INSTANCES = 4;
/** A hundred a second, which any deployment should manage. */
const BURST_LIMIT_MS = 20_000;
/** An instance that has room asks for entries once a second at least, ... */
const MAX_IDLE_MS = 1_500;
/** ... and may be held up for a moment. */
const READ_LIMIT_MS = 3_000;
/** For so long after the loss of a journal nobody should take the deployment for sound. */
const LOSS_MS = 600_000;

export interface Accounts {
  readonly read: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly dead_lettered: number;
}

/** What became of all events since a moment of the database's, over all instances. */
export const accounts = async (deployment: Deployment, sinceMs: number): Promise<Accounts> =>
  await deployment.row<Accounts & Record<string, number>>(READ_ACCOUNTS, [sinceMs]);

const statsOf = async (deployment: Deployment): Promise<ConsumerStats> =>
  await deployment.rest.api<ConsumerStats>('GET', '/consumer/stats');

/** The instance that answers consumes, is ready, and works on the database that was found. */
export async function running(deployment: Deployment, signal: AbortSignal): Promise<string> {
  const another = deployment.connectRedis().then(() => untilNotPausedByAnother(deployment, signal));
  await another.catch(() => undefined); // what is the matter with Redis, the next check tells
  const stats = await statsOf(deployment);
  const { instance_id: instance } = stats;
  if (!stats.running) {
    throw new CheckFailed(
      `the consumer of instance ${instance} is not running: HEALTH_CONSUMER_ENABLED is false there`,
    );
  }
  if (stats.paused) throw new CheckFailed(await pausedText(deployment, instance));
  const problem = await readinessProblem(deployment);
  if (problem !== null) throw new CheckFailed(`instance ${instance} is not ready: ${problem}`);
  const { has_session: hasSession } = await deployment.row<{ has_session: boolean }>(HAS_SESSION, [
    applicationName(instance),
  ]);
  if (!hasSession) {
    throw new CheckFailed(
      `instance ${instance} has no session in the database of DATABASE_URL: it is not the deployment's`,
    );
  }
  const seconds = Math.round(stats.uptime_seconds);
  return `instance ${instance} is ready, for ${String(seconds)} s; message_count ${String(stats.message_count)}`;
}

async function pausedText({ journal }: Deployment, instance: string): Promise<string> {
  const isGroup = await journal.isPaused().catch(() => true);
  return isGroup
    ? PAUSED
    : `the consumer of instance ${instance} is paused by an operator; POST /api/v1/health/consumer/resume?scope=instance`;
}

/** The journal in the Redis of `REDIS_URL` is the one that the deployment reads, and was not lost of late. */
export async function journal(deployment: Deployment, signal: AbortSignal): Promise<string> {
  await deployment.connectRedis();
  const { redisName, environment } = deployment;
  const { HEALTH_JOURNAL_KEY: key, HEALTH_CONSUMER_GROUP: group } = environment;
  const state = await deployment.journal.state();
  if (state === null) {
    throw new CheckFailed(
      `${redisName} has no journal ${key}: it is an empty one or another than the deployment listens to, ` +
        `or HEALTH_JOURNAL_KEY is not the deployment's`,
    );
  }
  if (state.delivered === null) {
    throw new CheckFailed(
      `the journal ${key} has no consumer group ${group}: HEALTH_CONSUMER_GROUP is not the deployment's`,
    );
  }
  const { instance_id: instance } = await statsOf(deployment);
  await eventually(
    READ_LIMIT_MS,
    signal,
    async () => ((await idleMs(deployment, instance)) < MAX_IDLE_MS ? true : null),
    () =>
      `instance ${instance} does not read the journal ${key} of ${redisName}: it is not the Redis that the deployment listens to`,
  );
  const lost = await newestLoss(deployment);
  if (lost !== null) {
    throw new CheckFailed(
      `the journal ${key} was lost at ${lost}: Redis was replaced by an empty one, or somebody deleted ` +
        `the stream or entries of it; what was not stored then is gone, see GET /api/v1/health/gaps`,
    );
  }
  const [readers, added] = [state.consumers.length, state.added].map(String);
  return `${String(added)} entries so far in ${key}, group ${group}, ${String(readers)} names of consumers`;
}

/** For how long an instance has not asked the journal for entries; Infinity: it never has. */
async function idleMs({ journal: view }: Deployment, instance: string): Promise<number> {
  const { consumers = [] } = (await view.state()) ?? {};
  const ours = consumers.filter(({ name }) => name.startsWith(`${instance}:`));
  return Math.min(...ours.map((consumer) => consumer.idleMs));
}

/** When entries of the journal were lost last, of late; null: none were. */
async function newestLoss({ journal: view, rest }: Deployment): Promise<string | null> {
  const from = new Date((await view.nowMs()) - LOSS_MS).toISOString();
  const { items } = await rest.api<{ items: readonly { from: string; cause: GapCause }[] }>(
    'GET',
    `/gaps?from=${encodeURIComponent(from)}`,
  );
  return items.find(({ cause }) => cause === 'journal_loss')?.from ?? null;
}

/** One event is stored, and all instances' accounts have moved. */
export async function processing(deployment: Deployment, signal: AbortSignal): Promise<string> {
  const nowMs = await deployment.journal.nowMs();
  const before = await accounts(deployment, nowMs);
  const event = verifyEvent(deployment.serviceName, 'processing', 'healthy', nowMs);
  await publish(deployment, event.text);
  deployment.ledger.expect(event);
  await untilJournaled(deployment, event, signal);
  const ms = await untilStored(deployment, [event], signal);
  const after = await accounts(deployment, nowMs);
  if (after.stored <= before.stored) {
    throw new CheckFailed('the event is stored, and health_accounting does not count it');
  }
  return `an event is stored ${ms.toFixed(0)} ms after it was journaled; stored events +${String(after.stored - before.stored)}`;
}

/** A burst is stored, each event once, by a consumer that may hold several batches. */
export async function concurrency(
  deployment: Deployment,
  signal: AbortSignal,
  count = BURST_EVENTS,
): Promise<string> {
  // Changes nothing: an instance that is not paused answers how it works.
  const { concurrency: batches } = await deployment.rest.api<ConsumerState>(
    'POST',
    '/consumer/resume?scope=instance',
  );
  if (batches < 2) {
    throw new CheckFailed(
      `one batch at a time: HEALTH_CONSUMER_CONCURRENCY or PATCH /api/v1/health/consumer has set it so`,
    );
  }
  const { journal: view, serviceName, channel, ledger } = deployment;
  const nowMs = await view.nowMs();
  const events = Array.from({ length: count }, (_, index) =>
    verifyEvent(
      serviceName,
      `burst-${String(index % BURST_INSTANCES)}`,
      'healthy',
      nowMs - count + index,
    ),
  );
  ledger.expect(...events);
  const startedMs = performance.now();
  await view.publishAll(
    channel,
    events.map(({ text }) => text),
  );
  await untilStored(deployment, events, signal, BURST_LIMIT_MS);
  const perSecond = Math.round(count / ((performance.now() - startedMs) / 1_000));
  return `${String(count)} events stored once each, ${String(perSecond)} a second, up to ${String(batches)} batches at a time`;
}
