import type { DataSource } from 'typeorm';
import type { Environment } from '../../src/config/environment.js';
import { loadEnvironment } from '../../src/config/load.js';
import type { ReceivedEvent } from '../../src/events/health-event.js';
import { Log } from '../../src/observability/log.js';
import { Metrics } from '../../src/observability/metrics.js';
import { Rebuild } from '../../src/status/rebuild.js';
import { SelfPreservation } from '../../src/status/self-preservation.js';
import { ServiceAggregates } from '../../src/status/service-aggregates.js';
import { SilenceReview } from '../../src/status/silence-review.js';
import { StatusChanges } from '../../src/status/status-changes.js';
import { StaleStatesError } from '../../src/status/known-states.js';
import { StatusStore } from '../../src/status/status-store.js';
import { Sweeper } from '../../src/status/sweeper.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { Database } from '../../src/storage/database.js';
import { MessagesRepository } from '../../src/storage/messages.repository.js';
import type { Scope } from './scope.js';

const SECOND = 1_000_000;
/** Any moment; times of a path are seconds from it. */
export const T0 = 1_700_000_000 * SECOND;

/** As much of an event as a test wants to say. */
export interface Told {
  /** Reception, in seconds. */
  readonly at: number;
  /** The publisher's time; default: the reception. */
  readonly occurredAt?: number;
  readonly service?: string;
  readonly instance?: string;
  readonly status?: ReceivedEvent['status'];
  readonly ttl?: number;
}

/** Events, sweeps and gaps on a real database, at times that the test says. */
export class StatusPath {
  readonly sweeper: Sweeper;
  readonly rebuild: Rebuild;
  readonly selfPreservation: SelfPreservation;
  readonly database: Database;
  private readonly store: StatusStore;
  private readonly messages = new MessagesRepository();
  private told = 0;

  private constructor(
    readonly scope: Scope,
    private readonly dataSource: DataSource,
    environment: Environment,
  ) {
    this.database = new Database(dataSource);
    const changes = new StatusChanges(environment);
    const aggregates = new ServiceAggregates(changes);
    this.store = new StatusStore(environment, changes);
    const log = new Log(environment);
    this.selfPreservation = new SelfPreservation(environment, this.database, new Metrics(), log);
    const review = new SilenceReview(environment, this.database, aggregates);
    this.rebuild = new Rebuild(environment, this.database, aggregates);
    this.sweeper = new Sweeper(
      environment,
      this.database,
      this.selfPreservation,
      review,
      aggregates,
    );
  }

  /** The scope's schema is there. */
  static async open(scope: Scope, variables: Record<string, string> = {}): Promise<StatusPath> {
    const environment = loadEnvironment({
      ...scope.environment,
      LOG_LEVEL: 'silent',
      ...variables,
    });
    const dataSource = await createDataSource(environment).initialize();
    return new StatusPath(scope, dataSource, environment);
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
  }

  /** An event as it comes from the journal. */
  event({
    at,
    occurredAt = at,
    service = 'payments',
    instance = 'a',
    ...rest
  }: Told): ReceivedEvent {
    this.told += 1;
    return {
      serviceName: service,
      instanceId: instance,
      status: rest.status ?? 'healthy',
      isUnlistedStatus: false,
      timestampMs: null,
      messageId: `00000000-0000-4000-8000-${this.told.toString(16).padStart(12, '0')}`,
      responseTimeMs: null,
      ttlSeconds: rest.ttl ?? null,
      message: null,
      version: null,
      payload: Buffer.from('{}'),
      occurredAtUs: T0 + Math.round(occurredAt * SECOND),
      receivedAtUs: T0 + Math.round(at * SECOND),
    };
  }

  /** Commits events in one transaction; in a second one where the sweeper has written in between. */
  async commit(events: readonly ReceivedEvent[]): Promise<void> {
    try {
      const written = await this.database.transaction(
        async (session) =>
          await this.store.apply(session, await this.messages.insertNew(session, events)),
      );
      this.store.remember(written);
    } catch (error) {
      if (!(error instanceof StaleStatesError)) throw error;
      this.store.forget();
      await this.commit(events);
    }
  }

  /** Commits an event that was received long ago, as the replay of a dead letter does. */
  async replay(event: ReceivedEvent): Promise<void> {
    await this.database.transaction(async (session) => {
      for (const one of await this.messages.insertNew(session, [event])) {
        await this.store.applyOld(session, one);
      }
    });
  }

  async tell(...told: readonly Told[]): Promise<void> {
    await this.commit(told.map((one) => this.event(one)));
  }

  async sweep(horizon: number): Promise<void> {
    await this.sweeper.sweep(T0 + Math.round(horizon * SECOND));
  }

  async gap(from: number, to: number): Promise<void> {
    await this.scope.sql(
      `INSERT INTO health_gaps (started_at, ended_at, cause)
       VALUES (to_timestamp($1), to_timestamp($2), 'redis_unreachable')`,
      [T0 / SECOND + from, T0 / SECOND + to],
    );
  }

  /** What is shown of an instance over time: `seconds status`, one word each. */
  async shown(instance = 'a', service = 'payments'): Promise<string> {
    const rows = await this.scope.sql<{ told: string }>(
      `SELECT round(extract(epoch FROM occurred_at) - $3, 3)::float8 || ' ' || to_status AS told
         FROM instance_transitions WHERE service_name = $1 AND instance_id = $2
        ORDER BY occurred_at, received_at, message_id`,
      [service, instance, T0 / SECOND],
    );
    return rows.map(({ told }) => told).join(', ');
  }

  /** The instances known of a service and their statuses. */
  async instances(service = 'payments'): Promise<string> {
    const rows = await this.scope.sql<{ told: string }>(
      `SELECT instance_id || ' ' || current_status AS told FROM service_instances
        WHERE service_name = $1 ORDER BY instance_id`,
      [service],
    );
    return rows.map(({ told }) => told).join(', ');
  }

  /** What was said about a service, one status after the other, each with its reason. */
  async said(service = 'payments'): Promise<string> {
    const rows = await this.scope.sql<{ told: string }>(
      `SELECT to_status || ' (' || reason || ')' AS told FROM health_status_changes
        WHERE service_name = $1 ORDER BY id`,
      [service],
    );
    return rows.map(({ told }) => told).join(', ');
  }

  async status(service = 'payments'): Promise<string | undefined> {
    const rows = await this.scope.sql<{ current_status: string }>(
      `SELECT current_status FROM service_status WHERE service_name = $1`,
      [service],
    );
    return rows[0]?.current_status;
  }
}
