import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Log } from '../observability/log.js';
import { Metrics } from '../observability/metrics.js';
import { Database } from '../storage/database.js';
import { DatabaseGate } from '../storage/database-gate.js';
import { DatabaseLoop } from '../storage/database-loop.js';
import { COUNT_NEWEST } from '../storage/dead-letter-removal.sql.js';
import { LetterRemoval } from './letter-removal.js';

/** How old what scrapes learn of dead letters may be. */
const COUNT_MS = 10_000;
/** How often it is looked whether letters have to go. */
const REMOVE_MS = 60_000;
/** Letters that are counted at the most; whoever sees so many has to act. */
const MAX_COUNTED = 10_000;

/** Counts dead letters for scrapes and has those removed that are too old or too many. */
@Injectable()
export class LetterKeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop: DatabaseLoop;
  private lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly database: Database,
    gate: DatabaseGate,
    private readonly removal: LetterRemoval,
    private readonly metrics: Metrics,
    log: Log,
  ) {
    this.loop = new DatabaseLoop(gate, {
      work: async () => await this.keep(),
      onFailure: (error) => {
        log.warn({ error }, 'dead_letters.keeping_failed');
      },
      againAfterFailureMs: COUNT_MS,
    });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  private async keep(): Promise<number> {
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
    return COUNT_MS;
  }
}
