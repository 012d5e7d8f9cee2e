import { Module } from '@nestjs/common';
import { JournalModule } from '../journal/journal.module.js';
import { StatusModule } from '../status/status.module.js';
import { StorageModule } from '../storage/storage.module.js';
import { Alone } from './alone.js';
import { Admission } from './admission.js';
import { BatchTransaction } from './batch-transaction.js';
import { Committer } from './committer.js';
import { ConsumerStatistics } from './consumer-statistics.js';
import { DatabaseTroubles } from './database-troubles.js';
import { ConsumerControl } from './consumer-control.js';
import { HealthConsumer } from './health-consumer.js';
import { GapWatch } from './gap-watch.js';
import { InFlight } from './in-flight.js';
import { JournalKeeper } from './journal-keeper.js';
import { ObservationKeeper } from './observation-keeper.js';
import { Pausing } from './pausing.js';
import { Sieve } from './sieve.js';
import { Sweeping } from './sweeping.js';

@Module({
  imports: [JournalModule, StatusModule, StorageModule],
  providers: [
    Admission,
    Alone,
    BatchTransaction,
    Committer,
    ConsumerControl,
    ConsumerStatistics,
    DatabaseTroubles,
    GapWatch,
    HealthConsumer,
    InFlight,
    JournalKeeper,
    ObservationKeeper,
    Pausing,
    Sieve,
    Sweeping,
  ],
  exports: [ConsumerControl, ConsumerStatistics, HealthConsumer, InFlight, JournalKeeper, Pausing],
})
export class ConsumerModule {}
