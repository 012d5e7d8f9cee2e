import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Log } from '../observability/log.js';
import { DatabaseGate } from '../storage/database-gate.js';
import { DatabaseLoop } from '../storage/database-loop.js';
import { AggregateKeeping } from './aggregate-keeping.js';
import { HistoryRemoval } from './history-removal.js';
import { MessageRetention } from './message-retention.js';

/** How often it is looked whether something has become too old. */
const LOOK_MS = 3_600_000;
/** How soon again, where somebody was using what has to go, or the database failed. */
const AGAIN_MS = 60_000;

/**
 * Has removed what is older than it is to be kept: at the start, and once an hour. Any instance does it, one at a
 * time.
 */
@Injectable()
export class RetentionKeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop: DatabaseLoop;

  constructor(
    gate: DatabaseGate,
    private readonly messages: MessageRetention,
    private readonly histories: HistoryRemoval,
    private readonly aggregate: AggregateKeeping,
    log: Log,
  ) {
    this.loop = new DatabaseLoop(gate, {
      work: async () => await this.keep(),
      onFailure: (error) => {
        log.warn({ error }, 'retention.failed');
      },
      againAfterFailureMs: AGAIN_MS,
    });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  private async keep(): Promise<number> {
    const outcomes = [
      await this.messages.look(),
      await this.histories.look(),
      await this.aggregate.look(),
    ];
    return outcomes.includes('again') ? AGAIN_MS : LOOK_MS;
  }
}
