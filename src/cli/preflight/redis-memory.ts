import { identityBytes } from '../../journal/append-scripts.js';
import { infoField } from '../../journal/redis-info.js';
import { type Check, mebibytes, requirement } from './check.js';
import { type RedisFacts, UNTOLD } from './redis-facts.js';

/** Events in a second whose identities are remembered: above what an instance takes in (docs/benchmark.md). */
const DEDUP_EVENTS_PER_SECOND = 15_000;

const DEDUP_BYTES = identityBytes(DEDUP_EVENTS_PER_SECOND);

/** Whether the journal can grow to its bound before Redis refuses to take more. */
export function redisMemory({ info, journalBytes }: RedisFacts, journalMaxBytes: number): Check {
  const wanted = Math.max(0, journalMaxBytes - journalBytes) + DEDUP_BYTES;
  const needed = requirement(
    'redis memory',
    `${mebibytes(wanted)} free: HEALTH_JOURNAL_MAX_BYTES less what the journal takes, and ` +
      `${mebibytes(DEDUP_BYTES)} to know duplicates at ${String(DEDUP_EVENTS_PER_SECOND)} events/s`,
  );
  const bytes = (name: string): number => Number(infoField(info, name) ?? '0');
  const max = bytes('maxmemory');
  const limit = max > 0 ? max : bytes('total_system_memory');
  if (limit === 0) return needed.warning('no answer, as INFO is refused', UNTOLD);
  const free = Math.max(0, limit - bytes('used_memory'));
  const found = `${mebibytes(free)} of ${max > 0 ? 'maxmemory' : "the host's memory, as maxmemory is 0"}`;
  if (free >= wanted) return needed.ok(found);
  const more = max > 0 ? 'raise maxmemory' : 'give the host more memory';
  return needed.failed(found, `${more}, or lower HEALTH_JOURNAL_MAX_BYTES`);
}
