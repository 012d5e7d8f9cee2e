/** The five words this monitor says about an instance or a service. */
export const STATUSES = ['healthy', 'degraded', 'unhealthy', 'stale', 'unknown'] as const;
export type Status = (typeof STATUSES)[number];

/** What a publisher can make of its own instance: `stale` is the monitor's own, `left` is a leave word's effect. */
export type InstanceStatus = Exclude<Status, 'stale'> | 'left';

/** Every word a publisher may send, by what it means. A word that is not here means `unknown`. */
export const VOCABULARY: Readonly<Record<InstanceStatus, readonly string[]>> = {
  healthy: ['healthy', 'up', 'ok', 'pass', 'passing', 'success', 'alive'],
  degraded: ['degraded', 'warn', 'warning', 'restricted'],
  unhealthy: ['unhealthy', 'down', 'fail', 'failed', 'failing', 'error', 'critical', 'offline'],
  unknown: ['unknown', 'starting'],
  left: ['stopping', 'stopped', 'draining', 'shutting_down'],
};

const STATUS_BY_WORD: ReadonlyMap<string, InstanceStatus> = new Map(
  (Object.keys(VOCABULARY) as InstanceStatus[]).flatMap((status) =>
    VOCABULARY[status].map((word) => [word, status] as const),
  ),
);

const LONGEST_WORD = Math.max(...[...STATUS_BY_WORD.keys()].map((word) => word.length));

/**
 * What a publisher's word means, whatever its case and the blanks around it; undefined for a word that is
 * not in the vocabulary, `stale` among them.
 */
export function statusOf(word: string): InstanceStatus | undefined {
  const asSent = STATUS_BY_WORD.get(word);
  if (asSent !== undefined) return asSent;
  const trimmed = word.trim();
  return trimmed.length > LONGEST_WORD ? undefined : STATUS_BY_WORD.get(trimmed.toLowerCase());
}
