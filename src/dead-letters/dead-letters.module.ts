import { Module } from '@nestjs/common';
import { StatusModule } from '../status/status.module.js';
import { DeadLetterReadModel } from '../storage/dead-letter-read-model.js';
import { StorageModule } from '../storage/storage.module.js';
import { LetterKeeping } from './letter-keeping.js';
import { LetterRemoval } from './letter-removal.js';
import { LetterReplay } from './letter-replay.js';
import { SelectionReplay } from './selection-replay.js';

/** What can be done about events that could not be stored. */
@Module({
  imports: [StatusModule, StorageModule],
  providers: [DeadLetterReadModel, LetterKeeping, LetterRemoval, LetterReplay, SelectionReplay],
  exports: [DeadLetterReadModel, LetterReplay, SelectionReplay],
})
export class DeadLettersModule {}
