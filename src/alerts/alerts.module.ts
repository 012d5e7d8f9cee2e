import { Module } from '@nestjs/common';
import { ConsumerModule } from '../consumer/consumer.module.js';
import { JournalModule } from '../journal/journal.module.js';
import { StorageModule } from '../storage/storage.module.js';
import { AlertEvaluator } from './alert-evaluator.js';
import { DeploymentAlerts } from './deployment-alerts.js';
import { FiguresReader } from './figures-reader.js';

/** Says where the monitor itself is in trouble. */
@Module({
  imports: [ConsumerModule, JournalModule, StorageModule],
  providers: [AlertEvaluator, DeploymentAlerts, FiguresReader],
  exports: [AlertEvaluator],
})
export class AlertsModule {}
