import { Body, Controller, Get, Header, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ConsumerControl } from '../../consumer/consumer-control.js';
import { PoolMonitor } from '../../storage/pool-statistics.js';
import { API_PREFIX } from '../http/api-prefix.js';
import { NoQuery } from '../http/no-query.js';
import { ApiAnswer } from '../openapi/answers.js';
import { ChangingRoute } from '../openapi/changing-route.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { ConsumerStatsReader } from './consumer-stats.js';
import { CONSUMER_STATS_EXAMPLE, CONTROL_EXAMPLE, POOL_EXAMPLE } from './monitor-examples.js';
import { ConsumerSettings, PauseQuery } from './monitor.requests.js';
import { ConsumerState, ConsumerStats, PoolStats } from './monitor.responses.js';

/** What this instance of the monitor itself is doing; what only looks needs no database and no Redis. */
@ApiTags('monitor')
@Controller(API_PREFIX)
export class MonitorController {
  constructor(
    private readonly consumer: ConsumerStatsReader,
    private readonly control: ConsumerControl,
    private readonly pool: PoolMonitor,
  ) {}

  @Get('consumer/stats')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'What this instance took in and stored' })
  @ApiAnswer(ConsumerStats, CONSUMER_STATS_EXAMPLE)
  @ApiProblems('/api/v1/health/consumer/stats', 400)
  consumerStats(@Query() _query: NoQuery): ConsumerStats {
    return this.consumer.at(Date.now());
  }

  @Post('consumer/pause')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Stop reading the journal',
    description:
      'From the answer on nothing is read: by this instance, or by the whole group, which outlives ' +
      'restarts. What was read before is finished, and ingest goes on journaling: nothing is lost.',
  })
  @ApiAnswer(ConsumerState, CONTROL_EXAMPLE)
  @ApiProblems('/api/v1/health/consumer/pause', 400, 503)
  @ChangingRoute('/api/v1/health/consumer/pause')
  async pause(@Query() { scope }: PauseQuery): Promise<ConsumerState> {
    await this.control.pause(scope);
    return this.consumer.state();
  }

  @Post('consumer/resume')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Read the journal again',
    description: 'Takes back one pause; an instance reads when neither it nor the group is paused.',
  })
  @ApiAnswer(ConsumerState, { ...CONTROL_EXAMPLE, paused: false, group_paused: false })
  @ApiProblems('/api/v1/health/consumer/resume', 400, 503)
  @ChangingRoute('/api/v1/health/consumer/resume')
  async resume(@Query() { scope }: PauseQuery): Promise<ConsumerState> {
    await this.control.resume(scope);
    return this.consumer.state();
  }

  @Patch('consumer')
  @ApiOperation({
    summary: 'Change how many batches this instance holds at once',
    description: 'Until it ends; HEALTH_CONSUMER_CONCURRENCY holds from its next start on.',
  })
  @ApiAnswer(ConsumerState, {
    ...CONTROL_EXAMPLE,
    paused: false,
    group_paused: false,
    concurrency: 2,
  })
  @ApiProblems('/api/v1/health/consumer', 400, 415)
  @ChangingRoute('/api/v1/health/consumer')
  change(@Body() { concurrency }: ConsumerSettings, @Query() _query: NoQuery): ConsumerState {
    this.control.setConcurrency(concurrency);
    return this.consumer.state();
  }

  @Get('database/pool')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: "This instance's connections to PostgreSQL" })
  @ApiAnswer(PoolStats, POOL_EXAMPLE)
  @ApiProblems('/api/v1/health/database/pool', 400)
  databasePool(@Query() _query: NoQuery): PoolStats {
    return this.pool.statistics();
  }
}
