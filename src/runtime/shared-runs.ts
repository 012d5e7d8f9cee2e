/**
 * Runs a task for all who ask, never twice at once: whoever asks gets the result of a run that begins
 * after the question, and shares it with all who ask before it begins.
 */
export class SharedRuns<T> {
  /** Resolves, whatever the result, when the run under way has ended. */
  private underWay: Promise<unknown> = Promise.resolve();
  private upcoming: Promise<T> | null = null;

  constructor(private readonly task: () => Promise<T>) {}

  /** Rejects as the run does; one that fails does not keep the one behind it from running. */
  async next(): Promise<T> {
    this.upcoming ??= this.underWay.then(async () => {
      this.upcoming = null;
      const run = this.task();
      this.underWay = run.catch(() => undefined);
      return await run;
    });
    return await this.upcoming;
  }
}
