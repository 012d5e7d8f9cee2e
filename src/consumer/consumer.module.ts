import { Module } from '@nestjs/common';
import { JournalModule } from '../journal/journal.module.js';
import { StatusModule } from '../status/status.module.js';
import { StorageModule } from '../storage/storage.module.js';
import { Admission } from './admission.js';
import { Committer } from './committer.js';
import { ConsumerStatistics } from './consumer-statistics.js';
import { HealthConsumer } from './health-consumer.js';

@Module({
  imports: [JournalModule, StatusModule, StorageModule],
  providers: [Admission, Committer, ConsumerStatistics, HealthConsumer],
  exports: [ConsumerStatistics, HealthConsumer],
})
export class ConsumerModule {}
