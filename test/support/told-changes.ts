import type { Scope } from './scope.js';
import { waitUntil } from './wait-until.js';
import type { Told, WebhookReceiver } from './webhook-receiver.js';

const DEADLINE_MS = 60_000;

type Change = Omit<Told, 'id' | 'type'>;

/** What the database says should have been told, oldest first. */
async function changes(scope: Scope): Promise<Change[]> {
  return await scope.sql<Change>(
    `SELECT service_name, from_status, to_status, reason, instance_id, message_id,
            to_char(date_trunc('milliseconds', changed_at) AT TIME ZONE 'UTC',
                    'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS changed_at
       FROM health_status_changes ORDER BY id`,
  );
}

/** By service, each in its order. */
function byService(all: readonly Change[]): Record<string, Change[]> {
  const services: Record<string, Change[]> = {};
  for (const change of all) (services[change.service_name] ??= []).push(change);
  return services;
}

const withoutId = ({ id: _, type: _type, ...change }: Told): Change => change;

/** Resolves when nothing is left to be sent. */
export async function allTold(scope: Scope, deadlineMs = DEADLINE_MS): Promise<void> {
  await waitUntil(
    'everything is told',
    async () => (await scope.count('webhook_deliveries')) === 0,
    { deadlineMs, pollMs: 50 },
  );
}

/** Every change was accepted, in order per service, and none twice. Returns how many. */
export async function expectAllToldOnce(scope: Scope, receiver: WebhookReceiver): Promise<number> {
  const told = receiver.accepted.map((request) => request.told);
  expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
  const expected = await changes(scope);
  expect(byService(told.map(withoutId))).toEqual(byService(expected));
  return expected.length;
}
