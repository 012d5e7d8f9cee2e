import { Global, Module } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { Log } from './log.js';
import { Metrics } from './metrics.js';

@Global()
@Module({
  providers: [
    {
      provide: Log,
      inject: [ENVIRONMENT],
      useFactory: (environment: Environment) => new Log(environment),
    },
    Metrics,
  ],
  exports: [Log, Metrics],
})
export class ObservabilityModule {}
