import type { QueryResultRow } from 'pg';
import { pause } from '../../runtime/backoff.js';
import { CheckFailed, reasonOf } from './checklist.js';
import type { Deployment } from './deployment.js';
import { lettersOf } from './publishing.js';
import {
  COUNT_STORED,
  countOf,
  DELETE_LEFT_LETTERS,
  DELETE_LETTERS,
  deleteOf,
  READ_LEFT_SERVICES,
  READ_SERVICE,
  READ_SERVICE_TABLES,
} from './statements.sql.js';

const LOOK_BACK_MS = 600_000;
/** Longer than instances need to notice a resume. */
const SETTLED_LIMIT_MS = 3_000;
const POLL_MS = 50;

/** All that was published is stored, once, and nothing else is. */
export async function nothingLost(deployment: Deployment): Promise<string> {
  const { serviceName, ledger } = deployment;
  const { messageIds: ids, letters, repeated } = ledger;
  const stored = await deployment.row<{ rows: number; events: number }>(COUNT_STORED, [
    serviceName,
    ids,
  ]);
  const [service] = await deployment.sql<{ message_count: number }>(READ_SERVICE, [serviceName]);
  const counted = service?.message_count ?? 0;
  const told =
    `published ${String(ids.length + letters + repeated)}: stored ${String(stored.events)}, ` +
    `dead letters ${String(letters)}, deliveries of the same ${String(repeated)}`;
  if (stored.events < ids.length) {
    throw new CheckFailed(`lost or not stored yet ${String(ids.length - stored.events)}; ${told}`);
  }
  if (stored.rows !== stored.events || counted !== stored.events) {
    throw new CheckFailed(
      `rows ${String(stored.rows)}, message_count ${String(counted)}, of ${String(stored.events)} events; ${told}`,
    );
  }
  return told;
}

/** The service is forgotten over REST; then its rows go from every table, and its dead letters. */
export async function cleanUp(deployment: Deployment): Promise<string> {
  const { serviceName, ledger } = deployment;
  if (ledger.isEmpty) return 'nothing was published';
  try {
    return await removeAll(deployment);
  } catch (error) {
    throw new CheckFailed(
      `${reasonOf(error)}; a run that begins ten minutes later removes what is left of ${serviceName}`,
    );
  }
}

async function removeAll(deployment: Deployment): Promise<string> {
  const { serviceName, journal, rest } = deployment;
  const unstored = await untilSettled(deployment);
  let refusal: unknown;
  await rest.remove(`/services/${serviceName}`).catch((error: unknown) => (refusal = error));
  const sinceMs = (await journal.nowMs()) - LOOK_BACK_MS;
  await deployment.sql(DELETE_LETTERS, [serviceName, sinceMs]);
  const removed = await removeRows(deployment, serviceName);
  const left = (await rowsOf(deployment, serviceName)) + (await lettersOf(deployment)).length;
  if (left > 0) throw new CheckFailed(`${String(left)} rows came back`);
  if (unstored > 0) throw new CheckFailed(`${String(unstored)} events are not stored yet`);
  if (refusal !== undefined) throw refusal as Error;
  return `${serviceName} is forgotten, ${String(removed)} rows removed`;
}

/** What runs left that ended before they could clean up. */
export async function cleanUpBefore(deployment: Deployment): Promise<void> {
  await deployment.sql(DELETE_LEFT_LETTERS);
  const services = await deployment.sql<{ service_name: string }>(READ_LEFT_SERVICES);
  for (const { service_name: name } of services) {
    await deployment.rest.remove(`/services/${name}`);
    await removeRows(deployment, name);
  }
}

/** Resolves to how many events are on their way still; what comes after the removal would stay. */
async function untilSettled(deployment: Deployment): Promise<number> {
  const startedMs = performance.now();
  for (;;) {
    const unstored = await unsettled(deployment);
    if (unstored <= 0 || performance.now() - startedMs > SETTLED_LIMIT_MS) return unstored;
    await pause(POLL_MS);
  }
}

async function unsettled(deployment: Deployment): Promise<number> {
  const { serviceName, ledger } = deployment;
  const { messageIds: ids, letters, lettersRemoved } = ledger;
  const { events } = await deployment.row<{ events: number }>(COUNT_STORED, [serviceName, ids]);
  const found = await lettersOf(deployment);
  return ids.length + letters - lettersRemoved - events - found.length;
}

const tablesOf = async (deployment: Deployment): Promise<readonly string[]> =>
  (await deployment.sql<{ name: string }>(READ_SERVICE_TABLES)).map(({ name }) => name);

async function removeRows(deployment: Deployment, serviceName: string): Promise<number> {
  let removed = 0;
  for (const table of await tablesOf(deployment)) {
    const { rowCount } = await deployment.pool.query(deleteOf(table), [serviceName]);
    removed += rowCount ?? 0;
  }
  return removed;
}

async function rowsOf(deployment: Deployment, serviceName: string): Promise<number> {
  let rows = 0;
  for (const table of await tablesOf(deployment)) {
    rows += (await deployment.row<QueryResultRow & { n: number }>(countOf(table), [serviceName])).n;
  }
  return rows;
}
