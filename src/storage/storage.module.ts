import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { AccountingRepository } from './accounting.repository.js';
import { dataSourceOptions } from './data-source.js';
import { Database } from './database.js';
import { DatabaseGate } from './database-gate.js';
import { DeadLettersRepository } from './dead-letters.repository.js';
import { HourlyAggregate } from './hourly-aggregate.js';
import { MessagesRepository } from './messages.repository.js';
import { PoolMonitor } from './pool-statistics.js';

const services = [
  AccountingRepository,
  Database,
  DatabaseGate,
  DeadLettersRepository,
  HourlyAggregate,
  MessagesRepository,
  PoolMonitor,
];

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [ENVIRONMENT],
      useFactory: (environment: Environment) => ({
        ...dataSourceOptions(environment),
        manualInitialization: true, // the gate does it, when the schema is as it should be
      }),
    }),
  ],
  providers: services,
  exports: services,
})
export class StorageModule {}
