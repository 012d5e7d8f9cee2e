import { type Figures, MAX_LETTERS, RATE_MINUTES } from './figures.js';

/** Of fewer events a share says nothing. */
export const MIN_EVENTS = 20;

/** What one look at the figures found. */
export interface Finding {
  /** Null where it cannot be known at the moment. */
  readonly value: number | null;
  readonly summary: string;
  /** There is a reason for which even a value beyond the threshold is none to fire. */
  readonly isExcused?: boolean;
}

/**
 * Somebody consumes where this instance does, or where heartbeats of any are committed. While the
 * database cannot be asked, the journal tells: what nobody acknowledges grows older.
 */
export function consumerDown({ consumer, database, unacknowledgedSeconds }: Figures): Finding {
  if (consumer.isWorking) return { value: 0, summary: 'The consumer of this instance works.' };
  const own = consumer.problem === null ? '' : `; here ${consumer.problem}`;
  const value = database?.silentSeconds ?? unacknowledgedSeconds;
  if (consumer.isPaused || database?.gapCause === 'consumer_paused') {
    return { value, isExcused: true, summary: 'An operator has paused the consumer.' };
  }
  if (value === null) {
    return { value, summary: `Neither database nor Redis says whether anybody consumes${own}.` };
  }
  return {
    value,
    summary: `Nothing that any instance consumed is known of the last ${seconds(value)}${own}.`,
  };
}

export function highErrorRate({ database }: Figures): Finding {
  if (database === null) return { value: null, summary: UNREADABLE };
  const { processed, deadLettered } = database;
  const value = processed === 0 ? 0 : deadLettered / processed;
  const summary = `${count(deadLettered, 'event')} of ${processed} became dead letters within ${RATE_MINUTES} minutes.`;
  return { value, summary, isExcused: processed < MIN_EVENTS };
}

export function poolExhaustion({ pool: { size, checkedOut, waiting } }: Figures): Finding {
  const summary = `${checkedOut} of ${count(size, 'connection')} are in use; ${waiting} wait for one.`;
  return { value: checkedOut / size, summary, isExcused: waiting === 0 };
}

export function journalLag({ consumer, unacknowledgedSeconds: value }: Figures): Finding {
  if (value === null) return { value, summary: 'Redis does not say what waits in the journal.' };
  const because = consumer.isPaused ? '; an operator has paused the consumer' : '';
  const summary = `The oldest entry of the journal waits for ${seconds(value)}${because}.`;
  return { value, summary: value === 0 ? 'Nothing waits in the journal.' : summary };
}

export function observationGap({ database }: Figures): Finding {
  if (database === null) return { value: null, summary: UNREADABLE };
  const { silentSeconds: value, gapCause } = database;
  const cause = gapCause === null ? '' : `; the gap's cause is ${gapCause}`;
  return {
    value,
    summary: `The last heartbeat came through ${seconds(value)} ago${cause}.`,
  };
}

export function selfPreservation({ database }: Figures): Finding {
  if (database === null) return { value: null, summary: UNREADABLE };
  const { heldTransitions: value } = database;
  return { value, summary: `${count(value, 'stale transition')} held back.` };
}

export function deadLetters({ database }: Figures): Finding {
  if (database === null) return { value: null, summary: UNREADABLE };
  const { newLetters: value } = database;
  const more = value >= MAX_LETTERS ? ' or more' : '';
  return { value, summary: `${count(value, 'new dead letter')}${more}, not replayed.` };
}

export function journalNotDurable({ durabilityProblems: problems }: Figures): Finding {
  if (problems === null) return { value: null, summary: 'Redis does not say how it keeps data.' };
  const summary = problems.length === 0 ? 'Redis keeps what it acknowledges.' : problems.join('; ');
  return { value: problems.length, summary };
}

const UNREADABLE = 'The database has not said so of late.';

const count = (n: number, noun: string): string => `${String(n)} ${noun}${n === 1 ? '' : 's'}`;

/** To the tenth, where that is not whole. */
export const seconds = (value: number): string => `${String(Math.round(value * 10) / 10)} s`;
