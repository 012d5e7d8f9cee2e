import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { Database } from './database.js';

export interface PoolStatistics {
  readonly pool_size: number;
  readonly checked_out: number;
  readonly checked_in: number;
  /** Always 0: the pool never grows past its size. */
  readonly overflow: 0;
  /** Callers that wait for a connection. */
  readonly waiting: number;
  /** checked_out / pool_size, 0 to 1. */
  readonly utilization: number;
}

/** What the pool of connections is doing now; needs no connection itself. */
@Injectable()
export class PoolMonitor {
  constructor(
    private readonly database: Database,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  statistics(): PoolStatistics {
    const pool = this.database.pool;
    const checkedOut = pool === null ? 0 : pool.totalCount - pool.idleCount;
    const size = this.environment.DATABASE_POOL_SIZE;
    return {
      pool_size: size,
      checked_out: checkedOut,
      checked_in: pool?.idleCount ?? 0,
      overflow: 0,
      waiting: pool?.waitingCount ?? 0,
      utilization: checkedOut / size,
    };
  }
}
