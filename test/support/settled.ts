import type { App } from './app.js';
import type { ConsumerStats } from './rest.js';
import type { Scope } from './scope.js';
import { waitUntil } from './wait-until.js';

const DEADLINE_MS = 60_000;

/** What a process counted. */
export const statsOf = async (app: App): Promise<ConsumerStats> =>
  await app.api<ConsumerStats>('/consumer/stats');

/**
 * Resolves when nothing is under way any more: each process has journaled, deduplicated or shed all
 * it received, and the group has read and acknowledged the whole journal. What is not a row or a
 * dead letter by then never will be. Returns what each process counted.
 *
 * It asks twice: a message that Redis has sent lies in the process's socket before the first
 * question does, and is counted before the second is answered.
 */
export async function settled(
  scope: Scope,
  apps: readonly App[],
  deadlineMs = DEADLINE_MS,
): Promise<ConsumerStats[]> {
  let stats: ConsumerStats[] = [];
  let receivedBefore = '';
  await waitUntil(
    'all that was received is settled',
    async () => {
      stats = await Promise.all(apps.map(statsOf));
      const isAtRest = stats.every(
        (s) => s.received === s.journaled + s.deduplicated + s.shed && s.in_flight === 0,
      );
      const received = String(stats.map((s) => s.received));
      const isAsBefore = received === receivedBefore;
      receivedBefore = received;
      return isAtRest && isAsBefore && (await isJournalDone(scope));
    },
    { deadlineMs, pollMs: 50, describe: () => stats },
  );
  return stats;
}

/** Nothing is pending, and the newest entry has been delivered. */
async function isJournalDone(scope: Scope): Promise<boolean> {
  if ((await scope.redis.exists(scope.journal)) === 0) return true;
  const groups = (await scope.redis.xinfo('GROUPS', scope.journal)) as unknown[][];
  const newest = (await scope.redis.xrevrange(scope.journal, '+', '-', 'COUNT', 1))[0]?.[0];
  const value = (fields: unknown[], name: string): unknown => fields[fields.indexOf(name) + 1];
  const ours = groups.find((fields) => value(fields, 'name') === scope.group);
  if (ours === undefined || value(ours, 'pending') !== 0) return false;
  return newest === undefined || value(ours, 'last-delivered-id') === newest;
}
