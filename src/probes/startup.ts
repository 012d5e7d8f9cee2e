import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { Subscription } from '../ingest/subscription.js';
import { DatabaseGate } from '../storage/database-gate.js';

/**
 * Whether the start is over: the database was open once and, where the consumer is enabled, the
 * channels were subscribed once. What was once so stays so here; readiness says how it is now.
 */
@Injectable()
export class Startup implements OnApplicationBootstrap {
  private wasOpen = false;
  private wasSubscribed = false;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly indicators: HealthIndicatorService,
    private readonly gate: DatabaseGate,
    private readonly subscription: Subscription,
  ) {}

  onApplicationBootstrap(): void {
    void this.gate.whenOpen().then(() => {
      this.wasOpen = true;
    });
  }

  checks(): (() => HealthIndicatorResult)[] {
    const database = () => this.result('database', this.wasOpen, this.gate.closedBecause);
    if (!this.environment.HEALTH_CONSUMER_ENABLED) return [database];
    this.wasSubscribed ||= this.subscription.isSubscribed;
    const subscription = () =>
      this.result('subscription', this.wasSubscribed, this.subscription.problem);
    return [database, subscription];
  }

  private result(key: string, isDone: boolean, problem: string | null): HealthIndicatorResult {
    const indicator = this.indicators.check(key);
    return isDone ? indicator.up() : indicator.down(problem ?? 'under way');
  }
}
