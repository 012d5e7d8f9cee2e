import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Micros } from '../events/health-event.js';
import { isMissingGroup, JournalGroup } from '../journal/journal-group.js';
import { Log } from '../observability/log.js';
import { backoffMs, pause } from '../runtime/backoff.js';
import { DatabaseGate } from '../storage/database-gate.js';
import { Sweeper } from '../status/sweeper.js';

/** How often the horizon is looked at; a deadline is noticed so much later at the most. */
const LOOK_MS = 200;
const SHUTDOWN_WAIT_MS = 1_000;

/**
 * Lets the sweeper go over the deadlines whenever the horizon has moved: to the newest synthetic
 * heartbeat that came through, but not beyond the oldest event that nobody has committed yet.
 *
 *   waiting ──database open──▶ sweeping ──shutdown──▶ stopped
 */
@Injectable()
export class Sweeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly journal: JournalGroup,
    private readonly gate: DatabaseGate,
    private readonly sweeper: Sweeper,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    if (this.environment.HEALTH_CONSUMER_ENABLED) this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.race([this.running, pause(SHUTDOWN_WAIT_MS)]); // a statement may hang
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    let sweptUs: Micros = 0;
    let busy: readonly string[] = [];
    let attempt = 0;
    while (await pause(attempt === 0 ? LOOK_MS : backoffMs(attempt), signal)) {
      if (this.gate.closedBecause !== null) continue;
      try {
        const horizonUs = await this.horizonUs();
        if (horizonUs !== null && (horizonUs > sweptUs || busy.length > 0)) {
          ({ busy } = await this.sweeper.sweep(horizonUs, busy));
          sweptUs = horizonUs;
        }
        attempt = 0;
      } catch (error) {
        if (attempt === 0 && !isMissingGroup(error)) this.log.warn({ error }, 'sweeper.failed');
        attempt += 1;
      }
    }
  }

  /** In this order: what is acknowledged at the second look was committed before it. */
  private async horizonUs(): Promise<Micros | null> {
    const coveredUs = await this.sweeper.coveredThroughUs();
    if (coveredUs === null) return null;
    const oldestUs = await this.journal.oldestUnacknowledgedUs();
    return oldestUs === null ? coveredUs : Math.min(coveredUs, oldestUs);
  }
}
