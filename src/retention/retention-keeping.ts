import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Log } from '../observability/log.js';
import { aborted } from '../runtime/aborted.js';
import { pause } from '../runtime/backoff.js';
import { DatabaseGate } from '../storage/database-gate.js';
import { AggregateKeeping } from './aggregate-keeping.js';
import { HistoryRemoval } from './history-removal.js';
import { MessageRetention } from './message-retention.js';

/** How often it is looked whether something has become too old. */
const LOOK_MS = 3_600_000;
/** How soon again, where somebody was using what has to go, or the database failed. */
const AGAIN_MS = 60_000;
const SHUTDOWN_WAIT_MS = 1_000;

/**
 * Has removed what is older than it is to be kept: at the start, and once an hour. Any instance does it, one at a
 * time.
 *
 *   waiting ──database open──▶ keeping ──shutdown──▶ stopped
 */
@Injectable()
export class RetentionKeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly gate: DatabaseGate,
    private readonly messages: MessageRetention,
    private readonly histories: HistoryRemoval,
    private readonly aggregate: AggregateKeeping,
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
      let waitMs = LOOK_MS;
      try {
        const outcomes = [
          await this.messages.look(),
          await this.histories.look(),
          await this.aggregate.look(),
        ];
        if (outcomes.includes('again')) waitMs = AGAIN_MS;
        isFailing = false;
      } catch (error) {
        if (!isFailing) this.log.warn({ error }, 'retention.failed');
        isFailing = true;
        waitMs = AGAIN_MS;
      }
      await pause(waitMs, signal);
    }
  }
}
