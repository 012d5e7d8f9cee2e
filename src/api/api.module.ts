import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { AlertsModule } from '../alerts/alerts.module.js';
import { ConsumerModule } from '../consumer/consumer.module.js';
import { DeadLettersModule } from '../dead-letters/dead-letters.module.js';
import { IngestModule } from '../ingest/ingest.module.js';
import { Forgetting } from '../status/forgetting.js';
import { GapReadModel } from '../status/gap-read-model.js';
import { HistoryReadModel } from '../status/history-read-model.js';
import { StatusModule } from '../status/status.module.js';
import { SettingsStore } from '../status/settings-store.js';
import { StatusReadModel } from '../status/status-read-model.js';
import { StatusSnapshot } from '../status/status-snapshot.js';
import { UptimeReadModel } from '../status/uptime-read-model.js';
import { MessageReadModel } from '../storage/message-read-model.js';
import { StorageModule } from '../storage/storage.module.js';
import { AlertsController } from './alerts/alerts.controller.js';
import { ConsumerStatsReader } from './monitor/consumer-stats.js';
import { DashboardController } from './services/dashboard.controller.js';
import { ProcessGauges } from './metrics/process-gauges.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { ReplayController } from './dead-letters/replay.controller.js';
import { GapsController } from './gaps/gaps.controller.js';
import { HistoryController } from './history/history.controller.js';
import { AccessGuard } from './http/access.guard.js';
import { InputPipe } from './http/input.pipe.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { MonitorController } from './monitor/monitor.controller.js';
import { SelfPreservationController } from './monitor/self-preservation.controller.js';
import { ProblemFilter } from './http/problem.filter.js';
import { ServiceGauges } from './metrics/service-gauges.js';
import { ServiceTexts } from './services/service-texts.js';
import { ServicesController } from './services/services.controller.js';
import { SettingsController } from './services/settings.controller.js';
import { UptimeController } from './uptime/uptime.controller.js';

/** REST and metrics. Its guard, pipe and filter hold for every HTTP route of the application. */
@Module({
  imports: [
    AlertsModule,
    ConsumerModule,
    DeadLettersModule,
    IngestModule,
    StatusModule,
    StorageModule,
  ],
  controllers: [
    AlertsController,
    DashboardController,
    DeadLettersController,
    GapsController,
    HistoryController,
    MetricsController,
    MonitorController,
    ReplayController,
    SelfPreservationController,
    ServicesController,
    SettingsController,
    UptimeController,
  ],
  providers: [
    ConsumerStatsReader,
    Forgetting,
    GapReadModel,
    HistoryReadModel,
    MessageReadModel,
    ProcessGauges,
    ServiceGauges,
    ServiceTexts,
    SettingsStore,
    StatusReadModel,
    StatusSnapshot,
    UptimeReadModel,
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useClass: InputPipe },
  ],
})
export class ApiModule {}
