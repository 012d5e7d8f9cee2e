import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { ConsumerModule } from '../consumer/consumer.module.js';
import { IngestModule } from '../ingest/ingest.module.js';
import { StatusReadModel } from '../status/status-read-model.js';
import { StorageModule } from '../storage/storage.module.js';
import { ConsumerStatsReader } from './monitor/consumer-stats.js';
import { DashboardController } from './services/dashboard.controller.js';
import { ProcessGauges } from './metrics/process-gauges.js';
import { InputPipe } from './http/input.pipe.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { MonitorController } from './monitor/monitor.controller.js';
import { Observing } from './monitor/observing.js';
import { ProblemFilter } from './http/problem.filter.js';
import { ServiceGauges } from './metrics/service-gauges.js';
import { ServicesController } from './services/services.controller.js';

/** REST and metrics. Its pipe and filter hold for every HTTP route of the application. */
@Module({
  imports: [ConsumerModule, IngestModule, StorageModule],
  controllers: [DashboardController, MetricsController, MonitorController, ServicesController],
  providers: [
    ConsumerStatsReader,
    Observing,
    ProcessGauges,
    ServiceGauges,
    StatusReadModel,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useClass: InputPipe },
  ],
})
export class ApiModule {}
