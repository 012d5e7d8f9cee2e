import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { Log } from '../observability/log.js';
import { pause } from '../runtime/backoff.js';
import { Database } from '../storage/database.js';
import { DatabaseGate } from '../storage/database-gate.js';
import { ObservationKeeper } from './observation-keeper.js';

const LOOK_INTERVAL_MS = 500;
const SHUTDOWN_WAIT_MS = 1_000;

/**
 * Opens a gap when no synthetic heartbeat of any instance has been committed for
 * `HEALTH_GAP_AFTER_MS`. Every instance watches; the database sees to it that they open one. The next
 * heartbeat that comes through ends it.
 */
@Injectable()
export class GapWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly gate: DatabaseGate,
    private readonly database: Database,
    private readonly observation: ObservationKeeper,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    if (this.environment.HEALTH_CONSUMER_ENABLED) this.loop = this.lookLoop();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.race([this.loop, pause(SHUTDOWN_WAIT_MS)]); // a statement may hang
  }

  private async lookLoop(): Promise<void> {
    while (await pause(LOOK_INTERVAL_MS, this.stopping.signal)) {
      if (this.gate.closedBecause === null) await this.look();
    }
  }

  private async look(): Promise<void> {
    try {
      const gap = await this.database.change(
        async (session) => await this.observation.watch(session),
      );
      if (gap !== null) this.log.warn({ cause: gap.cause }, 'consumer.gap_opened');
    } catch {
      // The database is away: commits report it, and the first that succeeds records the gap.
    }
  }
}
