import type { InstanceStatus, Status } from '../events/status-vocabulary.js';

/** How many instances of one service are in each status. */
export type InstanceCounts = Readonly<Partial<Record<InstanceStatus | Status, number>>>;

/** Worst first: of two statuses the one named earlier decides. */
export const SEVERITY = [
  'unhealthy',
  'stale',
  'degraded',
  'unknown',
  'healthy',
] as const satisfies readonly Status[];

export interface Aggregate {
  readonly status: Status;
  /** Instances that have not left. */
  readonly liveInstances: number;
}

/**
 * A service's status: the worst of its live instances. A stale instance degrades the service as long
 * as another one is heard; all stale is stale; none left is unknown.
 */
export function aggregate(counts: InstanceCounts): Aggregate {
  const of = (status: Status): number => counts[status] ?? 0;
  const liveInstances = SEVERITY.reduce((sum, status) => sum + of(status), 0);
  const worst = SEVERITY.find((status) => of(status) > 0) ?? 'unknown';
  const status = worst === 'stale' && of('stale') < liveInstances ? 'degraded' : worst;
  return { status, liveInstances };
}
