import { withoutPasswords } from '../../observability/log.js';
import { textOf } from '../../runtime/error-text.js';

/** What was looked for is not so; the message says in one sentence what, and what to do. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}

/** One thing that was checked. */
export interface Line {
  readonly group: string;
  readonly name: string;
  readonly isPassed: boolean;
  /** False where what it needs has failed. */
  readonly isTried: boolean;
  readonly ms: number;
  /** What was found, or why it failed. */
  readonly text: string;
}

/**
 * Checks one thing after the other, some at once, and tells of each in the order in which they began.
 * What cannot be checked, because something that it needs has failed or somebody interrupted, has
 * failed, too.
 */
export class Checklist {
  private readonly slots: (Line | null)[] = [];
  private told = 0;

  constructor(
    private readonly signal: AbortSignal,
    private readonly tell: (line: Line) => void,
  ) {}

  /** What is done. */
  get lines(): readonly Line[] {
    return this.slots.filter((line) => line !== null);
  }

  /** Whether a check of this name was made, and what it looked for is so. */
  hasPassed(name: string): boolean {
    return this.lines.some((line) => line.name === name && line.isPassed);
  }

  /** `needs`: names of checks without which this one makes no sense. Never rejects. */
  async check(
    group: string,
    name: string,
    needs: readonly string[],
    work: () => Promise<string>,
  ): Promise<void> {
    const missing = needs.find((other) => !this.hasPassed(other));
    if (missing !== undefined) this.leaveOut(group, name, `not tried: «${missing}» failed`);
    else if (this.signal.aborted) this.leaveOut(group, name, 'not tried: interrupted');
    else await this.always(group, name, work);
  }

  /** The same, also where somebody interrupted. */
  async always(group: string, name: string, work: () => Promise<string>): Promise<void> {
    const slot = this.slots.push(null) - 1;
    const startedMs = performance.now();
    const done = (isPassed: boolean, text: string): void => {
      const ms = performance.now() - startedMs;
      this.slots[slot] = { group, name, isPassed, isTried: true, ms, text };
      this.tellOn();
    };
    try {
      done(true, await work());
    } catch (error) {
      done(false, withoutPasswords(reasonOf(error)));
    }
  }

  private leaveOut(group: string, name: string, text: string): void {
    this.slots.push({ group, name, isPassed: false, isTried: false, ms: 0, text });
    this.tellOn();
  }

  private tellOn(): void {
    for (;;) {
      const line = this.slots[this.told] ?? null;
      if (line === null) return;
      this.told += 1;
      this.tell(line);
    }
  }
}

/** With what is behind it, where the error itself says little. */
export function reasonOf(error: unknown): string {
  if (error instanceof CheckFailed || !(error instanceof Error) || error.cause === undefined) {
    return textOf(error);
  }
  return `${textOf(error)}: ${textOf(error.cause)}`;
}
