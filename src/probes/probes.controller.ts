import { Controller, Get, UseFilters } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { Liveness } from './liveness.js';
import { ProbeAnswers } from './probe-answers.js';
import { ProbeFilter } from './probe.filter.js';
import { Readiness } from './readiness.js';
import { Startup } from './startup.js';

/** What an orchestrator asks. Parameters are ignored: some probers add one against caches. */
@ApiTags('probes')
@UseFilters(ProbeFilter)
@Controller('health')
export class ProbesController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly liveness: Liveness,
    private readonly readiness: Readiness,
    private readonly startup: Startup,
  ) {}

  @Get('live')
  @ProbeAnswers(
    { consumer_loop: { status: 'up' } },
    { consumer_loop: { status: 'down', message: 'the loop ended although nobody stopped it' } },
  )
  @ApiOperation({ summary: 'Does the process work? If not, restart it' })
  async live(): Promise<HealthCheckResult> {
    return await this.health.check([() => this.liveness.consumerLoop()]);
  }

  @Get('ready')
  @ProbeAnswers(
    { process: { status: 'up' }, database: { status: 'up' }, redis: { status: 'up' } },
    { database: { status: 'down', message: 'the database did not answer in time' } },
  )
  @ApiOperation({ summary: 'Do database, Redis, subscription and consumer work?' })
  async ready(): Promise<HealthCheckResult> {
    return await this.health.check(this.readiness.checks());
  }

  @Get('startup')
  @ProbeAnswers(
    { database: { status: 'up' }, subscription: { status: 'up' } },
    { subscription: { status: 'down', message: 'under way' } },
  )
  @ApiOperation({ summary: 'Has the start been completed?' })
  async started(): Promise<HealthCheckResult> {
    return await this.health.check(this.startup.checks());
  }
}
