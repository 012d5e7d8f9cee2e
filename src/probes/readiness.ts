import { Inject, Injectable } from '@nestjs/common';
import {
  type HealthIndicatorFunction,
  type HealthIndicatorResult,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { HealthConsumer } from '../consumer/health-consumer.js';
import { Pausing } from '../consumer/pausing.js';
import { Ingest } from '../ingest/ingest.js';
import { Subscription } from '../ingest/subscription.js';
import { JournalConnections } from '../journal/journal.module.js';
import { JournalWriter } from '../journal/journal-writer.js';
import { Database } from '../storage/database.js';
import { DatabaseGate } from '../storage/database-gate.js';
import { Draining } from './draining.js';

/** However many probe, the database and Redis are asked once in this time. */
const CACHE_MS = 1_000;
/** No answer within this time is an answer, too; below the 5 s in which a probe is answered. */
const TIMEOUT_MS = 3_000;

/**
 * Whether this instance does all of its work: it stores events and answers questions. An instance
 * whose consumer is disabled only answers questions, which takes the database alone.
 */
@Injectable()
export class Readiness {
  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly indicators: HealthIndicatorService,
    private readonly draining: Draining,
    private readonly gate: DatabaseGate,
    private readonly database: Database,
    private readonly connections: JournalConnections,
    private readonly journal: JournalWriter,
    private readonly subscription: Subscription,
    private readonly ingest: Ingest,
    private readonly consumer: HealthConsumer,
    private readonly pausing: Pausing,
  ) {}

  /** One per part; each ends within {@link TIMEOUT_MS}. */
  checks(): HealthIndicatorFunction[] {
    const always = [() => this.notDraining(), () => this.databaseAnswers()];
    if (!this.environment.HEALTH_CONSUMER_ENABLED)
      return [...always, () => this.consumerDisabled()];
    return [
      ...always,
      () => this.redisAnswers(),
      () => this.withoutProblem('subscription', this.subscription.problem),
      () => this.withoutProblem('ingest', this.ingest.problem),
      () => this.consumerStores(),
    ];
  }

  private notDraining(): HealthIndicatorResult {
    return this.withoutProblem('process', this.draining.isDraining ? 'shutting down' : null);
  }

  private async databaseAnswers(): Promise<HealthIndicatorResult> {
    const closedBecause = this.gate.closedBecause;
    if (closedBecause !== null) return this.withoutProblem('database', closedBecause);
    return await this.indicators
      .check('database')
      .attempt(async () => {
        await this.database.read('SELECT 1', []);
      })
      .withTimeout(TIMEOUT_MS)
      .cacheFor(CACHE_MS);
  }

  /** Asks for the time, as a connection that is up may answer nothing. */
  private async redisAnswers(): Promise<HealthIndicatorResult> {
    const { status } = this.connections.commands;
    if (status !== 'ready') return this.withoutProblem('redis', `the connection is ${status}`);
    return await this.indicators
      .check('redis')
      .attempt(async () => {
        await this.journal.now();
      })
      .withTimeout(TIMEOUT_MS)
      .cacheFor(CACHE_MS);
  }

  private consumerStores(): HealthIndicatorResult {
    if (this.pausing.isPaused) return this.indicators.check('consumer').up({ paused: true });
    const unknown = this.pausing.isKnown
      ? null
      : 'Redis has not said yet whether the group is paused';
    return this.withoutProblem('consumer', this.consumer.problem ?? unknown);
  }

  private consumerDisabled(): HealthIndicatorResult {
    return this.indicators.check('consumer').up({ enabled: false });
  }

  private withoutProblem(key: string, problem: string | null): HealthIndicatorResult {
    const indicator = this.indicators.check(key);
    return problem === null ? indicator.up() : indicator.down(problem);
  }
}
