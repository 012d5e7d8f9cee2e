import type { InstanceStatus } from '../events/status-vocabulary.js';
import { SEVERITY } from './aggregation.js';
import type { ServiceSettings } from './settings.js';

/** What an instance is by its own word. */
export interface Reported {
  readonly status: InstanceStatus;
  /**
   * Events in a row that disagree with the status and were too few to change it: so many worse ones,
   * or, below zero, better ones.
   */
  readonly streak: number;
}

/** How many events in a row it takes to change a status. */
export interface Thresholds {
  /** To a worse one. */
  readonly failure: number;
  /** To a better one. */
  readonly success: number;
}

/** Null where every event counts at once. */
export function thresholdsOf({
  failureThreshold,
  successThreshold,
}: ServiceSettings): Thresholds | null {
  if ((failureThreshold ?? 1) === 1 && (successThreshold ?? 1) === 1) return null;
  return { failure: failureThreshold ?? 1, success: successThreshold ?? 1 };
}

export const firstReport = (status: InstanceStatus): Reported => ({ status, streak: 0 });

/**
 * The state after one more event. The status follows when as many events in a row as the threshold
 * asks for were worse, or better; it becomes that of the last of them. A leave word, and the return
 * after one, count at once.
 */
export function report(
  before: Reported,
  status: InstanceStatus,
  thresholds: Thresholds | null,
): Reported {
  const isAtOnce = thresholds === null || status === 'left' || before.status === 'left';
  if (status === before.status && before.streak === 0) return before;
  if (status === before.status || isAtOnce) return firstReport(status);
  const isWorse = SEVERITY.indexOf(status) < SEVERITY.indexOf(before.status);
  const streak = isWorse ? Math.max(before.streak, 0) + 1 : Math.min(before.streak, 0) - 1;
  const needed = isWorse ? thresholds.failure : thresholds.success;
  return Math.abs(streak) >= needed ? firstReport(status) : { status: before.status, streak };
}
