import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PoolMonitor } from '../../storage/pool-statistics.js';
import { API_PREFIX } from '../http/api-prefix.js';
import { ConsumerStatsReader } from './consumer-stats.js';
import { ConsumerStats, PoolStats } from './monitor.responses.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { NoQuery } from '../http/no-query.js';

/** What this instance of the monitor itself is doing; answers without database and Redis. */
@ApiTags('monitor')
@Controller(API_PREFIX)
export class MonitorController {
  constructor(
    private readonly consumer: ConsumerStatsReader,
    private readonly pool: PoolMonitor,
  ) {}

  @Get('consumer/stats')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'What this instance took in and stored' })
  @ApiOkResponse({ type: ConsumerStats })
  @ApiProblems(400)
  consumerStats(@Query() _query: NoQuery): ConsumerStats {
    return this.consumer.at(Date.now());
  }

  @Get('database/pool')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: "This instance's connections to PostgreSQL" })
  @ApiOkResponse({ type: PoolStats })
  @ApiProblems(400)
  databasePool(@Query() _query: NoQuery): PoolStats {
    return this.pool.statistics();
  }
}
