/**
 * What a value says, seen by itself: it would fire, it would clear, neither, or it is not known.
 */
export type Verdict = 'over' | 'between' | 'under' | 'unknown';

export type Phase = 'ok' | 'pending' | 'firing' | 'clearing';

/** Where an alert stands, and for how long its verdict has been what would move it on. */
export interface Standing {
  readonly phase: Phase;
  readonly heldMs: number;
}

/** How long a verdict has to last; 0: one is enough. */
export interface Holds {
  readonly fireMs: number;
  readonly clearMs: number;
}

export const AT_REST: Standing = { phase: 'ok', heldMs: 0 };

/**
 * The next standing.
 *
 *   ok ──over──▶ pending ──over for the hold time──▶ firing ──under──▶ clearing ──under for the hold time──▶ ok
 *   pending ──between, under──▶ ok                   clearing ──between, over──▶ firing
 *
 * What is not known moves nothing, and its time does not count.
 *
 * @param elapsedMs since the step before; counts where both said the same.
 */
export function step(
  { phase, heldMs }: Standing,
  verdict: Verdict,
  elapsedMs: number,
  holds: Holds,
): Standing {
  if (verdict === 'unknown') return { phase, heldMs };
  switch (phase) {
    case 'ok':
      return verdict === 'over' ? pending(0, holds) : AT_REST;
    case 'pending':
      return verdict === 'over' ? pending(heldMs + elapsedMs, holds) : AT_REST;
    case 'firing':
      return verdict === 'under' ? clearing(0, holds) : FIRING;
    case 'clearing':
      return verdict === 'under' ? clearing(heldMs + elapsedMs, holds) : FIRING;
  }
}

/** What others are told: an alert that is about to fire is ok, one that is about to clear fires. */
export const isFiring = ({ phase }: Standing): boolean =>
  phase === 'firing' || phase === 'clearing';

export const FIRING: Standing = { phase: 'firing', heldMs: 0 };

const pending = (heldMs: number, { fireMs }: Holds): Standing =>
  heldMs >= fireMs ? FIRING : { phase: 'pending', heldMs };

const clearing = (heldMs: number, { clearMs }: Holds): Standing =>
  heldMs >= clearMs ? AT_REST : { phase: 'clearing', heldMs };
