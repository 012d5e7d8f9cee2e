import { Module } from '@nestjs/common';
import { StorageModule } from '../storage/storage.module.js';
import { SelfPreservation } from './self-preservation.js';
import { SilenceReview } from './silence-review.js';
import { GapStore } from './gap-store.js';
import { StatusStore } from './status-store.js';
import { Sweeper } from './sweeper.js';

@Module({
  imports: [StorageModule],
  providers: [GapStore, SelfPreservation, SilenceReview, StatusStore, Sweeper],
  exports: [GapStore, SelfPreservation, StatusStore, Sweeper],
})
export class StatusModule {}
