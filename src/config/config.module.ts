import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Environment } from './environment.js';

/** Injection token of the checked environment. */
export const ENVIRONMENT = Symbol('ENVIRONMENT');

/** Hands the environment, read and checked before Nest starts, to every module. */
@Global()
@Module({})
export class ConfigModule {
  static with(environment: Environment): DynamicModule {
    return {
      module: ConfigModule,
      providers: [{ provide: ENVIRONMENT, useValue: environment }],
      exports: [ENVIRONMENT],
    };
  }
}
