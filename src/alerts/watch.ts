import type { Alert } from './alert.js';
import type { Figures } from './figures.js';
import { AT_REST, FIRING, isFiring, type Standing, step } from './hysteresis.js';
import { type Rule, verdictOf } from './rules.js';

/** One rule, with where it stands. */
export class Watch {
  private standing: Standing = AT_REST;
  private current: Alert;

  constructor(
    private readonly rule: Rule,
    /** How long the value has to say so before it clears. */
    private readonly clearHoldSeconds: number,
    nowMs: number,
  ) {
    this.current = {
      name: rule.name,
      severity: rule.severity,
      state: 'ok',
      sinceMs: nowMs,
      value: null,
      threshold: rule.firesFrom,
      summary: 'Nobody has looked yet.',
      whatToDo: rule.whatToDo,
    };
  }

  get alert(): Alert {
    return this.current;
  }

  /**
   * @param elapsedMs since the look before.
   * @returns whether the state changed.
   */
  look(figures: Figures, elapsedMs: number, nowMs: number): boolean {
    const { rule, current } = this;
    const finding = rule.judge(figures);
    this.standing = step(this.standing, verdictOf(rule, finding), elapsedMs, {
      fireMs: rule.fireHoldSeconds * 1_000,
      clearMs: this.clearHoldSeconds * 1_000,
    });
    const state = isFiring(this.standing) ? 'firing' : 'ok';
    const hasChanged = state !== current.state;
    this.current = {
      ...current,
      state,
      sinceMs: hasChanged ? nowMs : current.sinceMs,
      value: finding.value,
      summary: finding.summary,
    };
    return hasChanged;
  }

  /** @returns false where it fires already. */
  takeOver(sinceMs: number): boolean {
    if (isFiring(this.standing)) return false;
    this.standing = FIRING;
    this.current = { ...this.current, state: 'firing', sinceMs };
    return true;
  }
}
