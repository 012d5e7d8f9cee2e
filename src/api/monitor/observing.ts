import { Injectable } from '@nestjs/common';
import { HealthConsumer } from '../../consumer/health-consumer.js';
import { Pausing } from '../../consumer/pausing.js';
import { Subscription } from '../../ingest/subscription.js';
import { DatabaseGate } from '../../storage/database-gate.js';

/**
 * Whether what services publish comes through to the database now, as far as this instance can tell.
 * An instance whose consumer is disabled or paused does not know of the others, and says no.
 */
@Injectable()
export class Observing {
  constructor(
    private readonly gate: DatabaseGate,
    private readonly subscription: Subscription,
    private readonly consumer: HealthConsumer,
    private readonly pausing: Pausing,
  ) {}

  get isObserving(): boolean {
    return (
      this.consumer.isRunning &&
      !this.pausing.isPaused &&
      this.consumer.problem === null &&
      this.subscription.isSubscribed &&
      this.gate.closedBecause === null
    );
  }
}
