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
 *
 * `expectedInstances`: where fewer are heard of (neither stale nor left), the service is degraded at
 * least; null expects nothing. Of a service without any instance, not even one that has left, nothing
 * is known, whatever is expected.
 */
export function aggregate(counts: InstanceCounts, expectedInstances: number | null): Aggregate {
  const of = (status: InstanceStatus | Status): number => counts[status] ?? 0;
  const liveInstances = SEVERITY.reduce((sum, status) => sum + of(status), 0);
  const heard = liveInstances - of('stale');
  const isMissed = expectedInstances !== null && heard < expectedInstances;
  const isKnown = liveInstances + of('left') > 0;
  const worst = SEVERITY.find((status) => of(status) > 0) ?? 'unknown';
  const reported = worst === 'stale' && heard > 0 ? 'degraded' : worst;
  const status = isMissed && isKnown ? worseOf(reported, 'degraded') : reported;
  return { status, liveInstances };
}

const worseOf = (a: Status, b: Status): Status =>
  SEVERITY.indexOf(a) < SEVERITY.indexOf(b) ? a : b;
