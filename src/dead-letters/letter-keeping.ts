import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Log } from '../observability/log.js';
import { Metrics } from '../observability/metrics.js';
import { aborted } from '../runtime/aborted.js';
import { pause } from '../runtime/backoff.js';
import { Database } from '../storage/database.js';
import { DatabaseGate } from '../storage/database-gate.js';
import { COUNT_NEWEST } from '../storage/dead-letter-removal.sql.js';
import { LetterRemoval } from './letter-removal.js';

/** How old what scrapes learn of dead letters may be. */
const COUNT_MS = 10_000;
/** How often it is looked whether letters have to go. */
const REMOVE_MS = 60_000;
/** Letters that are counted at the most; whoever sees so many has to act. */
const MAX_COUNTED = 10_000;
const SHUTDOWN_WAIT_MS = 1_000;

/**
 * Counts dead letters for scrapes and has those removed that are too old or too many.
 *
 *   waiting ──database open──▶ keeping ──shutdown──▶ stopped
 */
@Injectable()
export class LetterKeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly database: Database,
    private readonly gate: DatabaseGate,
    private readonly removal: LetterRemoval,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.race([this.running, pause(SHUTDOWN_WAIT_MS)]); // a statement may hang
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    await Promise.race([this.gate.whenOpen(), aborted(signal)]);
    let isFailing = false;
    while (!signal.aborted) {
      try {
        await this.keep();
        isFailing = false;
      } catch (error) {
        if (!isFailing) this.log.warn({ error }, 'dead_letters.keeping_failed');
        isFailing = true;
      }
      await pause(COUNT_MS, signal);
    }
  }

  private async keep(): Promise<void> {
    if (performance.now() - this.lookedAtMs >= REMOVE_MS) {
      await this.removal.look();
      this.lookedAtMs = performance.now();
    }
    const [counted] = await this.database.read<{ kept: number; not_replayed: number }>(
      COUNT_NEWEST,
      [MAX_COUNTED],
    );
    this.metrics.deadLetters.set(counted?.kept ?? 0);
    this.metrics.deadLettersNotReplayed.set(counted?.not_replayed ?? 0);
  }
}
