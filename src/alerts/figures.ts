import type { GapCause } from '../observation/gap-cause.js';

/** Over how long events are counted for the rate of errors; the contract's 5 minutes. */
export const RATE_MINUTES = 5;
/** Letters that are looked at; whoever sees so many has to act. */
export const MAX_LETTERS = 1_000;

/** What the database knows, the same for every instance. */
export interface DatabaseFigures {
  /** Since a synthetic heartbeat of any instance was committed last; before the first, since we look. */
  readonly silentSeconds: number;
  /** Of the gap that lasts; null where none does. */
  readonly gapCause: GapCause | null;
  /** Stale transitions that are held back. */
  readonly heldTransitions: number;
  /** Events that were read in the last {@link RATE_MINUTES}, and those of them that became dead letters. */
  readonly processed: number;
  readonly deadLettered: number;
  /** Dead letters of late that were not replayed, {@link MAX_LETTERS} at the most. */
  readonly newLetters: number;
}

/** What this instance knows of its own consumer. */
export interface ConsumerFigures {
  readonly isEnabled: boolean;
  /** It reads and commits, or would if there were something. */
  readonly isWorking: boolean;
  /** By an operator: this instance, or its group. */
  readonly isPaused: boolean;
  readonly problem: string | null;
}

export interface PoolFigures {
  readonly size: number;
  readonly checkedOut: number;
  readonly waiting: number;
}

/** All that is judged, of one moment. Null: it could not be read of late. */
export interface Figures {
  readonly consumer: ConsumerFigures;
  readonly pool: PoolFigures;
  readonly database: DatabaseFigures | null;
  /** Age of the oldest journal entry that nobody has acknowledged; 0 without one. */
  readonly unacknowledgedSeconds: number | null;
  /** Why Redis may lose what it acknowledged. */
  readonly durabilityProblems: readonly string[] | null;
}
