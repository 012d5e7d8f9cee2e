import { Global, Module } from '@nestjs/common';
import { ReceptionClock } from './reception-clock.js';
import { Troubles } from './troubles.js';

/** What this instance knows of its own sight. */
@Global()
@Module({
  providers: [ReceptionClock, Troubles],
  exports: [ReceptionClock, Troubles],
})
export class ObservationModule {}
