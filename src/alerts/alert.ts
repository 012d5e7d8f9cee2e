/** The alerts, in the order in which they are listed; the words are part of the outside contract. */
export const ALERT_NAMES = [
  'consumer_down',
  'high_error_rate',
  'pool_exhaustion',
  'journal_lag',
  'observation_gap',
  'self_preservation',
  'dead_letters',
  'journal_not_durable',
] as const;
export type AlertName = (typeof ALERT_NAMES)[number];

/** `critical`: events or answers are missing now. `warning`: they will be, or somebody has to look. */
export const SEVERITIES = ['critical', 'warning'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const ALERT_STATES = ['ok', 'firing'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** An alert as one instance holds it. */
export interface Alert {
  readonly name: AlertName;
  readonly severity: Severity;
  readonly state: AlertState;
  /** Since when it has this state, in ms since 1970; a process that starts says ok since then. */
  readonly sinceMs: number;
  /** In the unit of the threshold; null where it cannot be known at the moment. */
  readonly value: number | null;
  readonly threshold: number;
  /** What was found, in one sentence. */
  readonly summary: string;
  readonly whatToDo: string;
}
