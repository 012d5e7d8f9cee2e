/** A story that has fallen further behind has stood still: it goes on from there, and does not hurry. */
const MAX_LAG_MS = 1_000;

/** Which moment of a story is which of the clock, `speed` times as fast; both in milliseconds. */
export class Pace {
  private beganMs: number | null = null;

  constructor(private readonly speed: number) {}

  /** How long to wait, at `nowMs` of a clock that never goes back, for a moment of the story. */
  delayMs(storyMs: number, nowMs: number): number {
    this.beganMs ??= nowMs;
    const aheadMs = this.beganMs + storyMs / this.speed - nowMs;
    if (aheadMs < -MAX_LAG_MS) this.beganMs -= aheadMs;
    return Math.max(0, aheadMs);
  }
}
