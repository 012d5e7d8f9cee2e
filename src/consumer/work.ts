import type { RejectionReason } from '../events/health-event.js';
import type { SyntheticHeartbeat, SyntheticLoss } from '../observation/synthetic-message.js';
import type { DeadLetter } from '../storage/dead-letters.repository.js';
import type { Candidate } from './batch.js';

/** What goes into one transaction: a batch, or a part of it. */
export interface Work {
  readonly candidates: readonly Candidate[];
  readonly letters: readonly DeadLetter[];
  /** Events met a second time in the same batch. */
  readonly duplicates: number;
  readonly heartbeats: readonly SyntheticHeartbeat[];
  readonly losses: readonly SyntheticLoss[];
}

/** What became of it. */
export interface Settled {
  readonly stored: number;
  readonly duplicate: number;
  /** One entry per dead letter. */
  readonly deadLetters: readonly RejectionReason[];
}

/** Both halves, in order. Heartbeats vouch for all of it, so they come last. */
export function halvesOf(work: Work): readonly [Work, Work] {
  const middle = work.candidates.length >> 1;
  return [
    {
      candidates: work.candidates.slice(0, middle),
      letters: work.letters,
      duplicates: 0,
      heartbeats: [],
      losses: [],
    },
    { ...work, candidates: work.candidates.slice(middle), letters: [] },
  ];
}

export const together = (first: Settled, second: Settled): Settled => ({
  stored: first.stored + second.stored,
  duplicate: first.duplicate + second.duplicate,
  deadLetters: [...first.deadLetters, ...second.deadLetters],
});
