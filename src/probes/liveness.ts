import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { HealthConsumer } from '../consumer/health-consumer.js';

/** Whether only a restart helps. That it answers at all says that the event loop turns. */
@Injectable()
export class Liveness {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly consumer: HealthConsumer,
  ) {}

  consumerLoop(): HealthIndicatorResult {
    const indicator = this.indicators.check('consumer_loop');
    return this.consumer.isAlive
      ? indicator.up()
      : indicator.down('the loop ended although nobody stopped it');
  }
}
