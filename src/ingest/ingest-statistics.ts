import { Injectable } from '@nestjs/common';
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

  constructor(private readonly metrics: Metrics) {}

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
