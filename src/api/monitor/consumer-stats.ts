import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../../config/config.module.js';
import { Environment } from '../../config/environment.js';
import { ConsumerStatistics } from '../../consumer/consumer-statistics.js';
import { HealthConsumer } from '../../consumer/health-consumer.js';
import { InFlight } from '../../consumer/in-flight.js';
import { JournalKeeper } from '../../consumer/journal-keeper.js';
import { Pausing } from '../../consumer/pausing.js';
import { IngestStatistics } from '../../ingest/ingest-statistics.js';
import { isoTime } from '../http/iso-time.js';
import type { ConsumerState, ConsumerStats } from './monitor.responses.js';

/** The numbers of this process in the contract's words; needs neither database nor Redis. */
@Injectable()
export class ConsumerStatsReader {
  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly consumer: HealthConsumer,
    private readonly inFlight: InFlight,
    private readonly pausing: Pausing,
    private readonly keeper: JournalKeeper,
    private readonly consumed: ConsumerStatistics,
    private readonly ingested: IngestStatistics,
  ) {}

  state(): ConsumerState {
    return {
      instance_id: this.environment.HEALTH_INSTANCE_ID,
      paused: this.pausing.isPaused,
      instance_paused: this.pausing.isPausedBy('instance'),
      group_paused: this.pausing.isPausedBy('group'),
      concurrency: this.inFlight.concurrency,
    };
  }

  at(nowMs: number): ConsumerStats {
    const { consumed, ingested, consumer } = this;
    const { settled, deadLettered } = consumed;
    return {
      running: consumer.isRunning,
      message_count: settled,
      error_count: deadLettered,
      error_rate: settled === 0 ? 0 : deadLettered / settled,
      last_message_time: isoTime(consumed.lastSettledAtMs),
      uptime_seconds: Math.max(0, nowMs - consumed.startedAtMs) / 1_000,
      instance_id: this.environment.HEALTH_INSTANCE_ID,
      paused: this.pausing.isPaused,
      received: ingested.received,
      journaled: ingested.journaled,
      deduplicated: ingested.deduplicated,
      shed: ingested.shed,
      read: consumed.read,
      stored: consumed.stored,
      duplicate: consumed.duplicate,
      dead_lettered: deadLettered,
      in_flight: consumed.inFlight,
      journal_lag: this.keeper.lag.lag,
      journal_pending: this.keeper.lag.pending,
      rate_per_second: consumed.ratePerSecond(nowMs),
    };
  }
}
