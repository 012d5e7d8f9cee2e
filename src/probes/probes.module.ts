import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ConsumerModule } from '../consumer/consumer.module.js';
import { IngestModule } from '../ingest/ingest.module.js';
import { JournalModule } from '../journal/journal.module.js';
import { StorageModule } from '../storage/storage.module.js';
import { Draining } from './draining.js';
import { Liveness } from './liveness.js';
import { ProbesController } from './probes.controller.js';
import { Readiness } from './readiness.js';
import { Startup } from './startup.js';

/** Terminus logs nothing: each part logs when its state changes, not whenever somebody asks. */
@Module({
  imports: [
    TerminusModule.forRoot({ logger: false }),
    ConsumerModule,
    IngestModule,
    JournalModule,
    StorageModule,
  ],
  controllers: [ProbesController],
  providers: [Draining, Liveness, Readiness, Startup],
})
export class ProbesModule {}
