import { Injectable } from '@nestjs/common';
import { Log } from '../observability/log.js';
import { pause } from '../runtime/backoff.js';
import { HealthConsumer } from './health-consumer.js';
import { InFlight } from './in-flight.js';
import { FOLLOW_MS, type PauseScope, Pausing } from './pausing.js';

/** Longer than a read waits by itself. */
const PARK_MS = 2_000;

/**
 * What operators change while it runs: the gradual way back. Ingest goes on journaling whatever is
 * paused here, so that nothing is lost meanwhile.
 */
@Injectable()
export class ConsumerControl {
  constructor(
    private readonly consumer: HealthConsumer,
    private readonly inFlight: InFlight,
    private readonly pausing: Pausing,
    private readonly log: Log,
  ) {}

  /**
   * From its answer on no entry is read: not by this instance, and of the group not by any instance
   * that works. What was read before is finished.
   *
   * @throws JournalUnavailableError where the group's state cannot be kept.
   */
  async pause(scope: PauseScope): Promise<void> {
    await this.pausing.set(scope, true);
    await Promise.race([this.consumer.whenParked(), pause(PARK_MS)]);
    if (scope === 'group') await pause(FOLLOW_MS);
  }

  /** @throws JournalUnavailableError where the group's state cannot be kept. */
  async resume(scope: PauseScope): Promise<void> {
    await this.pausing.set(scope, false);
  }

  /** Batches in flight at most; of this instance, until its end. */
  setConcurrency(batches: number): void {
    this.log.info({ from: this.inFlight.concurrency, to: batches }, 'consumer.concurrency_changed');
    this.inFlight.concurrency = batches;
  }
}
