import { CheckFailed } from './checklist.js';
import type { Deployment } from './deployment.js';
import { verifyEvent } from './events.js';
import { eventually } from './eventually.js';
import { publish, untilStored } from './publishing.js';
import { readinessProblem } from './readiness-problem.js';
import { END_SESSION, HOLD_SERVICE, READ_HELD_UP } from './statements.sql.js';

const HELD_UP_LIMIT_MS = 3_000;
/** What the guarantees promise after a fault. */
const RECOVERED_LIMIT_MS = 10_000;

interface Session {
  readonly pid: number;
  readonly application_name: string;
}

/**
 * Ends a session of an instance in the middle of the transaction that stores an event: the
 * transaction waits for the row of the verification's own service, which is held for a moment. The
 * event must be stored all the same, once, and the deployment be ready.
 */
export async function retry(deployment: Deployment, signal: AbortSignal): Promise<string> {
  const { serviceName, ledger, journal } = deployment;
  const event = verifyEvent(serviceName, 'retry', 'healthy', await journal.nowMs());
  const session = await whileHeld(deployment, async (holder) => {
    await publish(deployment, event.text);
    ledger.expect(event);
    const found = await heldUp(deployment, holder, signal);
    await end(deployment, found);
    return found;
  });
  const storedMs = await untilStored(deployment, [event], signal, RECOVERED_LIMIT_MS);
  const startedMs = performance.now();
  await eventually(
    RECOVERED_LIMIT_MS,
    signal,
    async () => ((await readinessProblem(deployment)) === null ? true : null),
    () => `not ready ${String(RECOVERED_LIMIT_MS / 1_000)} s after a session was ended`,
  );
  const readyMs = performance.now() - startedMs;
  return (
    `a session of ${session.application_name} was ended while it stored an event: ` +
    `stored once ${storedMs.toFixed(0)} ms later, ready ${readyMs.toFixed(0)} ms after that`
  );
}

/** Runs `work` while the row of the service is locked by the session of the given id. */
async function whileHeld<T>(
  { pool, serviceName }: Deployment,
  work: (holder: number) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rowCount } = await client.query(HOLD_SERVICE, [serviceName]);
    if (rowCount !== 1) throw new CheckFailed(`service_status has no row of ${serviceName}`);
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return await work(rows[0]?.pid ?? 0);
  } finally {
    await client.query('ROLLBACK').catch(() => undefined);
    client.release(true);
  }
}

async function heldUp(
  deployment: Deployment,
  holder: number,
  signal: AbortSignal,
): Promise<Session> {
  return await eventually(
    HELD_UP_LIMIT_MS,
    signal,
    async () =>
      (await deployment.sql<Session & Record<string, unknown>>(READ_HELD_UP, [holder]))[0] ?? null,
    () =>
      `no session of the deployment came to store the event within ${String(HELD_UP_LIMIT_MS / 1_000)} s`,
  );
}

async function end(deployment: Deployment, { pid }: Session): Promise<void> {
  const { is_ended: isEnded } = await deployment.row<{ is_ended: boolean }>(END_SESSION, [pid]);
  if (!isEnded) throw new CheckFailed('the session was gone before it could be ended');
}
