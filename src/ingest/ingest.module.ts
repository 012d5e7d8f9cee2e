import { Module } from '@nestjs/common';
import { JournalModule } from '../journal/journal.module.js';
import { HealthEventServer } from './health-event-server.js';
import { Hearing } from './hearing.js';
import { Heartbeats } from './heartbeats.js';
import { IngestController } from './ingest.controller.js';
import { IngestStatistics } from './ingest-statistics.js';
import { Ingest } from './ingest.js';
import { Subscription } from './subscription.js';

@Module({
  imports: [JournalModule],
  controllers: [IngestController],
  providers: [HealthEventServer, Hearing, Heartbeats, Ingest, IngestStatistics, Subscription],
  exports: [HealthEventServer, Ingest, IngestStatistics, Subscription],
})
export class IngestModule {}
