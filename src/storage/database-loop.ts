import { aborted } from '../runtime/aborted.js';
import { pause } from '../runtime/backoff.js';
import type { DatabaseGate } from './database-gate.js';

const SHUTDOWN_WAIT_MS = 1_000;

/** What is to be done again and again. */
export interface DatabaseChore {
  /** Does it once; returns in how many milliseconds it is to be done again. */
  readonly work: () => Promise<number>;
  /** Told of a failure once, until it has succeeded again. */
  readonly onFailure: (error: unknown) => void;
  readonly againAfterFailureMs: number;
}

/**
 * Does a chore as long as the process runs, once the database can be used.
 *
 *   waiting ──database open──▶ working ──stop──▶ stopped
 */
export class DatabaseLoop {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly gate: DatabaseGate,
    private readonly chore: DatabaseChore,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Waits for what is under way, but for no more than a second: a statement may hang. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.race([this.running, pause(SHUTDOWN_WAIT_MS)]);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    await Promise.race([this.gate.whenOpen(), aborted(signal)]);
    let isFailing = false;
    while (!signal.aborted) {
      let waitMs = this.chore.againAfterFailureMs;
      try {
        waitMs = await this.chore.work();
        isFailing = false;
      } catch (error) {
        if (!isFailing) this.chore.onFailure(error);
        isFailing = true;
      }
      await pause(waitMs, signal);
    }
  }
}
