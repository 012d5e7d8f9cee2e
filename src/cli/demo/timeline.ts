/** A course of things: does something, yields the milliseconds until it goes on, and so to its end. */
export type Script<Result = void> = Generator<number, Result, undefined>;

interface Cue {
  readonly atMs: number;
  readonly script: Script;
}

/**
 * Plays scripts side by side in a time of its own, which begins at 0 and jumps from one cue to the
 * next: nothing here waits or looks at a clock. Scripts that are due together go in the order in
 * which they were given their cue.
 */
export class Timeline<Beat> {
  private readonly cues: Cue[] = [];
  private told: Beat[] = [];
  private atMs = 0;

  get nowMs(): number {
    return this.atMs;
  }

  /** Lets a script begin now, or later. */
  play(script: Script, delayMs = 0): void {
    const cue = { atMs: this.atMs + delayMs, script };
    const after = this.cues.findIndex(({ atMs }) => atMs > cue.atMs);
    this.cues.splice(after === -1 ? this.cues.length : after, 0, cue);
  }

  /** To be called by scripts: what is told now is the next thing that {@link beats} gives. */
  tell(beat: Beat): void {
    this.told.push(beat);
  }

  /** All that is told, in its order; without end while a script goes on. */
  *beats(): Generator<Beat, void, undefined> {
    for (let cue = this.cues.shift(); cue !== undefined; cue = this.cues.shift()) {
      this.atMs = cue.atMs;
      const step = cue.script.next();
      if (step.done !== true) this.play(cue.script, step.value);
      yield* this.told.splice(0);
    }
  }
}
