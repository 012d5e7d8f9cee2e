import type { Scope } from '../support/scope.js';
import { waitUntil } from '../support/wait-until.js';
import { ORACLE_ID_SQL } from './oracle-events.js';
import type { Issued, OraclePublisher } from './oracle-publisher.js';

/** Promise 6: a fresh event is stored within this time, plus what the backlog takes. */
export const RECOVERY_MS = 10_000;
/** What even a busy machine drains. */
const DRAINED_PER_SECOND = 2_000;
const LAST_IDS = 200;

/**
 * Waits until an event is stored that was sent after a moment, one of each way in, and returns how
 * many seconds after that moment it was seen in the database. Rejects later than promise 6 allows.
 *
 * @param backlogEvents what may have to be stored before a fresh event is
 */
export async function recoverySeconds(
  scope: Scope,
  publisher: OraclePublisher,
  sinceMs: number,
  backlogEvents: number,
): Promise<number> {
  const deadlineMs = RECOVERY_MS + (backlogEvents / DRAINED_PER_SECOND) * 1_000;
  const isStored = async (via: Issued['via']): Promise<boolean> => {
    const ids = publisher.answeredSince(sinceMs, via).map(({ id }) => id);
    const asked = [...ids.slice(0, LAST_IDS), ...ids.slice(-LAST_IDS)];
    const where = `${ORACLE_ID_SQL} = ANY ($1)`;
    return ids.length > 0 && (await scope.count('health_messages', where, [asked])) > 0;
  };
  await waitUntil(
    'a fresh event of each way in is stored',
    async () => (await isStored('publish')) && (await isStored('append')),
    { deadlineMs: Math.max(0, deadlineMs - (Date.now() - sinceMs)), pollMs: 50 },
  );
  return (Date.now() - sinceMs) / 1_000;
}
