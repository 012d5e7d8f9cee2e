import { Controller } from '@nestjs/common';
import { EventPattern, Payload, Transport } from '@nestjs/microservices';
import { HEALTH_EVENTS, type PublishedEvent } from './health-event-server.js';
import { Ingest } from './ingest.js';

/** Where the transport hands over what was published. */
@Controller()
export class IngestController {
  constructor(private readonly ingest: Ingest) {}

  @EventPattern(HEALTH_EVENTS, Transport.REDIS)
  onEvents(@Payload() events: readonly PublishedEvent[]): void {
    this.ingest.take(events);
  }
}
