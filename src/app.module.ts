import { type DynamicModule, Module } from '@nestjs/common';
import { AlertsModule } from './alerts/alerts.module.js';
import { ApiModule } from './api/api.module.js';
import { ConfigModule } from './config/config.module.js';
import type { Environment } from './config/environment.js';
import { ConsumerModule } from './consumer/consumer.module.js';
import { DeadLettersModule } from './dead-letters/dead-letters.module.js';
import { IngestModule } from './ingest/ingest.module.js';
import { JournalModule } from './journal/journal.module.js';
import { ObservationModule } from './observation/observation.module.js';
import { ObservabilityModule } from './observability/observability.module.js';
import { ProbesModule } from './probes/probes.module.js';
import { RetentionModule } from './retention/retention.module.js';
import { StatusModule } from './status/status.module.js';
import { StorageModule } from './storage/storage.module.js';
import { WebhookModule } from './webhook/webhook.module.js';

/** The whole application, in the order of the data path. */
@Module({})
export class AppModule {
  static with(environment: Environment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(environment),
        ObservabilityModule,
        ObservationModule,
        IngestModule,
        JournalModule,
        ConsumerModule,
        StatusModule,
        StorageModule,
        RetentionModule,
        DeadLettersModule,
        AlertsModule,
        WebhookModule,
        ApiModule,
        ProbesModule,
      ],
    };
  }
}
