import { CheckFailed } from './checklist.js';
import { accounts } from './consumer-checks.js';
import type { Deployment } from './deployment.js';
import { verifyEvent } from './events.js';
import { eventually } from './eventually.js';
import {
  lettersOf,
  publish,
  rowsOf,
  STORED_LIMIT_MS,
  untilJournaled,
  untilStored,
} from './publishing.js';
import { DELETE_LETTERS, READ_SERVICE, READ_TRANSITIONS } from './statements.sql.js';

/** How far before the newest event of its instance the late one occurred. */
const LATE_MS = 30_000;
const LOOK_BACK_MS = 600_000;

interface Service {
  readonly current_status: string;
  readonly message_count: number;
  readonly payload: { readonly message_id?: string } | null;
}

const routeOf = ({ serviceName }: Deployment): string => `/services/${serviceName}`;

/** An event is published, journaled, in the audit log, in the status of its service, and over REST. */
export async function event(deployment: Deployment, signal: AbortSignal): Promise<string> {
  const { journal, serviceName, ledger, rest } = deployment;
  const one = verifyEvent(serviceName, 'event', 'healthy', await journal.nowMs());
  await publish(deployment, one.text);
  ledger.expect(one);
  const journaledMs = await untilJournaled(deployment, one, signal);
  const storedMs = await untilStored(deployment, [one], signal);
  const status = await deployment.row<{ current_status: string }>(READ_SERVICE, [serviceName]);
  if (status.current_status !== 'healthy') {
    throw new CheckFailed(`a healthy event made its service ${status.current_status}`);
  }
  const startedMs = performance.now();
  const service = await rest.find<Service>(routeOf(deployment));
  if (service === null) {
    throw new CheckFailed(
      'GET /services/{name} does not know the service that the database has: DATABASE_URL or ' +
        "DATABASE_SCHEMA is not the deployment's",
    );
  }
  if (service.current_status !== 'healthy' || service.payload?.message_id !== one.messageId) {
    throw new CheckFailed('GET /services/{name} shows another event than the newest');
  }
  const { items } = await rest.api<{ items: readonly { message_id: string }[] }>(
    'GET',
    `${routeOf(deployment)}/messages?instance_id=event&limit=10`,
  );
  if (!items.some(({ message_id: id }) => id === one.messageId)) {
    throw new CheckFailed('GET /services/{name}/messages does not show the event');
  }
  const restMs = performance.now() - startedMs;
  return `journal ${journaledMs.toFixed(0)} ms, audit log and status ${storedMs.toFixed(0)} ms, REST ${restMs.toFixed(0)} ms`;
}

/** What cannot be stored becomes a dead letter, which is removed again. */
export async function deadLetter(deployment: Deployment, signal: AbortSignal): Promise<string> {
  const { journal, serviceName, ledger, rest } = deployment;
  const nowMs = await journal.nowMs();
  const startedMs = performance.now();
  await publish(deployment, verifyEvent(serviceName, 'letter', undefined, nowMs).text);
  ledger.letters += 1;
  const letter = await eventually(
    STORED_LIMIT_MS,
    signal,
    async () => (await lettersOf(deployment))[0] ?? null,
    () => `an event without status is no dead letter ${String(STORED_LIMIT_MS / 1_000)} s later`,
  );
  const ms = performance.now() - startedMs;
  const shown = await rest.find<{ reason: string }>(`/dead-letters/${letter.id}`);
  await deployment.sql(DELETE_LETTERS, [serviceName, nowMs - LOOK_BACK_MS]);
  ledger.lettersRemoved += 1;
  if (letter.reason !== 'missing_status' || shown?.reason !== 'missing_status') {
    throw new CheckFailed(`an event without status is a dead letter for ${letter.reason}`);
  }
  return `an event without status is a dead letter after ${ms.toFixed(0)} ms, missing_status; removed again`;
}

/** However often an event is delivered, over the channel or in the journal, it is one row. */
export async function duplicate(deployment: Deployment, signal: AbortSignal): Promise<string> {
  const { journal, serviceName, ledger, channel } = deployment;
  const nowMs = await journal.nowMs();
  const before = await accounts(deployment, nowMs);
  const one = verifyEvent(serviceName, 'duplicate', 'healthy', nowMs);
  const behind = verifyEvent(serviceName, 'duplicate', 'healthy', nowMs + 1);
  await publish(deployment, one.text);
  ledger.expect(one);
  await publish(deployment, one.text);
  await untilStored(deployment, [one], signal);
  await journal.append(channel, one.text);
  ledger.repeated += 2;
  await publish(deployment, behind.text);
  ledger.expect(behind);
  await untilStored(deployment, [behind], signal);
  await eventually(
    STORED_LIMIT_MS,
    signal,
    async () => ((await accounts(deployment, nowMs)).duplicate > before.duplicate ? true : null),
    () => 'an event that was journaled twice is not counted as a duplicate in health_accounting',
  );
  const rows = await rowsOf(deployment, [one]);
  if (rows !== 1)
    throw new CheckFailed(`an event that was sent three times is ${String(rows)} rows`);
  return 'sent twice and journaled once more: one row, and counted as a duplicate';
}

/** An event that occurred before the newest takes its place in the history, and changes no status. */
export async function lateEvent(deployment: Deployment, signal: AbortSignal): Promise<string> {
  const { journal, serviceName, ledger } = deployment;
  const nowMs = await journal.nowMs();
  const newest = verifyEvent(serviceName, 'late', 'healthy', nowMs);
  const late = verifyEvent(serviceName, 'late', 'degraded', nowMs - LATE_MS);
  for (const one of [newest, late]) {
    await publish(deployment, one.text);
    ledger.expect(one);
    await untilStored(deployment, [one], signal);
  }
  const wanted = [
    { from_status: null, to_status: 'degraded', occurred_ms: late.occurredMs },
    { from_status: 'degraded', to_status: 'healthy', occurred_ms: newest.occurredMs },
  ];
  const transitions = await deployment.sql(READ_TRANSITIONS, [serviceName, 'late']);
  if (JSON.stringify(transitions) !== JSON.stringify(wanted)) {
    throw new CheckFailed(
      `the late event has no place in the transitions: ${JSON.stringify(transitions)}`,
    );
  }
  const service = await deployment.rest.api<Service>('GET', routeOf(deployment));
  if (service.current_status !== 'healthy') {
    throw new CheckFailed(`a late event made its service ${service.current_status}`);
  }
  return `${String(LATE_MS / 1_000)} s late: it comes before the newer one in the transitions, and the status stays`;
}
