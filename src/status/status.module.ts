import { Module } from '@nestjs/common';
import { StorageModule } from '../storage/storage.module.js';
import { SelfPreservation } from './self-preservation.js';
import { SilenceReview } from './silence-review.js';
import { GapStore } from './gap-store.js';
import { ServiceAggregates } from './service-aggregates.js';
import { StatusChanges } from './status-changes.js';
import { StatusStore } from './status-store.js';
import { Sweeper } from './sweeper.js';

@Module({
  imports: [StorageModule],
  providers: [
    GapStore,
    SelfPreservation,
    ServiceAggregates,
    SilenceReview,
    StatusChanges,
    StatusStore,
    Sweeper,
  ],
  exports: [GapStore, SelfPreservation, ServiceAggregates, StatusChanges, StatusStore, Sweeper],
})
export class StatusModule {}
