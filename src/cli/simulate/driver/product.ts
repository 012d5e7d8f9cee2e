import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigModule } from '../../../config/config.module.js';
import type { Environment } from '../../../config/environment.js';
import { Batch } from '../../../consumer/batch.js';
import type { Micros } from '../../../events/health-event.js';
import { ObservabilityModule } from '../../../observability/observability.module.js';
import type { GapCause } from '../../../observation/gap-cause.js';
import type { SyntheticHeartbeat } from '../../../observation/synthetic-message.js';
import { GapStore } from '../../../status/gap-store.js';
import { OPEN_GAP } from '../../../status/gap-store.sql.js';
import { LOCK_SERVICE } from '../../../status/forgetting.sql.js';
import { type Difference, Rebuild } from '../../../status/rebuild.js';
import { ServiceAggregates } from '../../../status/service-aggregates.js';
import { RESET_DEADLINES } from '../../../status/settings-store.sql.js';
import { StatusModule } from '../../../status/status.module.js';
import { StatusStore } from '../../../status/status-store.js';
import { Sweeper, type Swept } from '../../../status/sweeper.js';
import { Database } from '../../../storage/database.js';
import { DatabaseGate } from '../../../storage/database-gate.js';
import { MessagesRepository } from '../../../storage/messages.repository.js';
import { StorageModule } from '../../../storage/storage.module.js';
import type { SettingsChange } from '../world/settings.js';
import { ProductReader } from './product-reader.js';
import { INSERT_SETTINGS } from './statements.js';

@Module({})
class ProductModule {}

/**
 * The product from the journal entry to the swept table and back to its readers, its own classes and
 * statements, without the process around them: what time it is, it is told.
 */
export class Product {
  readonly reader: ProductReader;
  private readonly database: Database;
  private readonly store: StatusStore;
  private readonly sweeper: Sweeper;
  private readonly messages: MessagesRepository;
  private readonly gaps: GapStore;
  private readonly aggregates: ServiceAggregates;
  private readonly rebuild: Rebuild;

  private constructor(
    private readonly environment: Environment,
    private readonly app: INestApplicationContext,
  ) {
    this.database = app.get(Database, { strict: false });
    this.store = app.get(StatusStore, { strict: false });
    this.sweeper = app.get(Sweeper, { strict: false });
    this.messages = app.get(MessagesRepository, { strict: false });
    this.aggregates = app.get(ServiceAggregates, { strict: false });
    this.gaps = app.get(GapStore, { strict: false });
    this.rebuild = new Rebuild(environment, this.database, this.aggregates);
    this.reader = new ProductReader(this.database);
  }

  /** Makes the schema, where it is not there. */
  static async open(environment: Environment): Promise<Product> {
    const app = await NestFactory.createApplicationContext(
      {
        module: ProductModule,
        imports: [ConfigModule.with(environment), ObservabilityModule, StatusModule, StorageModule],
      },
      { logger: false, abortOnError: false },
    );
    await app.get(DatabaseGate, { strict: false }).whenOpen();
    return new Product(environment, app);
  }

  newBatch(): Batch {
    return new Batch({
      eventMaxBytes: this.environment.HEALTH_EVENT_MAX_BYTES,
      windowDays: this.environment.HEALTH_EVENT_WINDOW_DAYS,
    });
  }

  /** One transaction, as the committer has it. */
  async commit({ candidates, letters }: Batch): Promise<void> {
    const [letter] = letters;
    if (letter !== undefined) throw new Error(`an event was refused: ${letter.detail}`);
    await this.database.transaction(async (session) => {
      const events = candidates.map(({ event }) => event);
      await this.store.apply(session, await this.messages.insertNew(session, events));
    });
  }

  /** What the commit of a synthetic heartbeat does, at its very moment. */
  async cover(
    heartbeat: Pick<SyntheticHeartbeat, 'publishedUs' | 'sinceUs' | 'cause'>,
  ): Promise<void> {
    const { publishedUs, cause } = heartbeat;
    const unseen = { kind: 'heartbeat', bootId: '', sequence: 0, lostCount: null } as const;
    await this.database.transaction(
      async (session) =>
        await this.gaps.advance(session, [{ ...unseen, ...heartbeat }], publishedUs, () => cause),
    );
  }

  /** What an instance does that misses the heartbeats, by a clock that is not the simulation's. */
  async openGap(fromUs: Micros, cause: GapCause): Promise<void> {
    await this.database.transaction(async (session) => {
      await session.query(OPEN_GAP, [fromUs, cause]);
    });
  }

  /** What a change of settings does, at its very moment; the service need not be known yet. */
  async set(serviceName: string, change: SettingsChange): Promise<void> {
    const { HEALTH_DEFAULT_TTL_SECONDS: ttl, HEALTH_GRACE_SECONDS: grace } = this.environment;
    await this.database.transaction(async (session) => {
      await session.query(LOCK_SERVICE, [serviceName]);
      await session.query(INSERT_SETTINGS, [
        serviceName,
        change.atUs,
        change.failureThreshold,
        change.successThreshold,
        change.ttlSeconds,
        change.graceSeconds,
        change.expectedInstances,
      ]);
      await session.query(RESET_DEADLINES, [
        serviceName,
        change.atUs,
        change.ttlSeconds ?? ttl,
        change.graceSeconds ?? grace,
      ]);
      const cause = { reason: 'settings', instanceId: null, messageId: null };
      await this.aggregates.recompute(session, new Map([[serviceName, cause]]));
    });
  }

  async sweep(horizonUs: Micros, insist: readonly string[]): Promise<Swept> {
    return await this.sweeper.sweep(horizonUs, insist);
  }

  /** What a rebuild of a service would change; it changes nothing. */
  async rebuilt(serviceName: string): Promise<readonly Difference[]> {
    return await this.rebuild.service(serviceName, false);
  }

  /** Rebuilds a service, for good. */
  async rebuildAnew(serviceName: string): Promise<void> {
    await this.rebuild.service(serviceName, true);
  }

  async close(): Promise<void> {
    await this.app.close();
  }
}
