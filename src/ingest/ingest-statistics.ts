import { Inject, Injectable } from '@nestjs/common';
import { parseChannels } from '../config/channels.js';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { Metrics } from '../observability/metrics.js';

/**
 * What this process took in. Always: received = journaled + deduplicated + shed + inHand.
 */
@Injectable()
export class IngestStatistics {
  received = 0;
  journaled = 0;
  /** Deliveries that some instance, maybe this one, had journaled before. */
  deduplicated = 0;
  /** Dropped at a bound of ingest. */
  shed = 0;

  constructor(
    private readonly metrics: Metrics,
    @Inject(ENVIRONMENT) environment: Environment,
  ) {
    // A counter that is not there before the first event cannot be alerted on.
    for (const { name } of parseChannels(environment.HEALTH_CHANNELS)) {
      metrics.received.inc({ source: name }, 0);
    }
  }

  get inHand(): number {
    return this.received - this.journaled - this.deduplicated - this.shed;
  }

  /** `source`: an entry of `HEALTH_CHANNELS`, never a name from outside. */
  countReceived(source: string, events: number): void {
    this.received += events;
    this.metrics.received.inc({ source }, events);
  }

  countJournaled(events: number): void {
    this.journaled += events;
    this.metrics.journaled.inc(events);
  }

  countDeduplicated(events: number): void {
    this.deduplicated += events;
    this.metrics.deduplicated.inc(events);
  }

  countShed(events: number): void {
    this.shed += events;
    this.metrics.shed.inc(events);
  }
}
