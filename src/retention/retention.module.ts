import { Module } from '@nestjs/common';
import { StorageModule } from '../storage/storage.module.js';
import { AggregateKeeping } from './aggregate-keeping.js';
import { ChunkRemoval } from './chunk-removal.js';
import { HistoryRemoval } from './history-removal.js';
import { MessageRetention } from './message-retention.js';
import { RetentionKeeping } from './retention-keeping.js';

/** Removes what is older than it is to be kept. */
@Module({
  imports: [StorageModule],
  providers: [AggregateKeeping, ChunkRemoval, HistoryRemoval, MessageRetention, RetentionKeeping],
})
export class RetentionModule {}
