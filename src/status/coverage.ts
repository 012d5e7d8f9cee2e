import type { Micros } from '../events/health-event.js';
import type { GapCause } from '../observation/gap-cause.js';
import type { SyntheticHeartbeat } from '../observation/synthetic-message.js';

/** A time [from, to) in which something may not have been observed; in the reception clock. */
export interface Gap {
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly cause: GapCause;
  /** Events that were lost; null: not known. */
  readonly lostCount: number | null;
}

/** A gap that lasts. */
export type OpenGap = Pick<Gap, 'fromUs' | 'cause'>;

/** What is held of the line that is covered, before a commit. */
export interface Coverage {
  /** Up to here everything was received by some instance, or lies in a gap. */
  readonly throughUs: Micros;
  readonly openGap: OpenGap | null;
  /** Nothing has come through for longer than a heartbeat may take. */
  readonly isStalled: boolean;
}

/** What the committing process knows beside the heartbeats. */
export interface Circumstances {
  /** The commit's moment in the reception clock. */
  readonly nowUs: Micros;
  /** Why nothing came through, where the heartbeats do not tell. */
  readonly cause: () => GapCause;
  /** Coverage of so long tells for certain that nobody covers the time before it. */
  readonly proofUs: Micros;
  /** No heartbeat takes so long from publication to commit while all is well. */
  readonly gapAfterUs: Micros;
}

/** What a commit makes of it. */
export interface Covered {
  readonly throughUs: Micros;
  /** Oldest first. Where a gap was open, the first of them is its end. */
  readonly gaps: readonly Gap[];
}

/**
 * Moves the line by the heartbeats of one commit.
 *
 *   since ≤ through            covered: through = published
 *   since > through            a hole [through, since): another instance's heartbeat may fill it, until
 *   … published ≥ since+proof  it is a gap: through = published
 *
 * Where nothing came through for long, that time is a gap though nothing was lost: nobody could have
 * told what services were doing. It ends when something comes through again: now, or, after a hole, at
 * `since`, unless the heartbeat itself was under way for long.
 */
export function cover(
  coverage: Coverage,
  heartbeats: readonly SyntheticHeartbeat[],
  circumstances: Circumstances,
): Covered {
  const { proofUs, gapAfterUs } = circumstances;
  let { throughUs } = coverage;
  let isBlind = coverage.isStalled || coverage.openGap !== null;
  const gaps: Gap[] = [];
  const inOrder = [...heartbeats].sort((a, b) => a.publishedUs - b.publishedUs);
  for (const { sinceUs, publishedUs, cause, lostCount } of inOrder) {
    if (publishedUs <= throughUs) continue;
    const isHole = sinceUs > throughUs;
    if (isHole && publishedUs - sinceUs < proofUs) continue;
    const nowUs = Math.max(circumstances.nowUs, publishedUs);
    const fromUs = throughUs; // of an open gap, too: the line stands still while it lasts
    if (isHole) {
      const wasUnderWayLong = isBlind && nowUs - publishedUs > gapAfterUs;
      gaps.push({ fromUs, toUs: wasUnderWayLong ? nowUs : sinceUs, cause, lostCount });
    } else if (isBlind) {
      const why = coverage.openGap?.cause ?? circumstances.cause();
      gaps.push({ fromUs, toUs: nowUs, cause: why, lostCount: null });
    }
    isBlind = false;
    throughUs = publishedUs;
  }
  return { throughUs, gaps };
}
