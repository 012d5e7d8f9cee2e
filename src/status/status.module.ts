import { Module } from '@nestjs/common';
import { StorageModule } from '../storage/storage.module.js';
import { StatusStore } from './status-store.js';

@Module({
  imports: [StorageModule],
  providers: [StatusStore],
  exports: [StatusStore],
})
export class StatusModule {}
