import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HistoryReadModel } from '../../status/history-read-model.js';
import {
  MAX_TIMELINE_EVENTS,
  UptimeReadModel,
  type UptimeRecord,
  WindowTooFullError,
} from '../../status/uptime-read-model.js';
import { API_PREFIX } from '../http/api-prefix.js';
import { InvalidInputError } from '../http/problem.js';
import { ApiAnswer } from '../openapi/answers.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import {
  NameParameter,
  noSuchService,
  requirePossibleName,
} from '../services/service-parameter.js';
import { UptimeQuery, windowOf } from './uptime.query.js';
import { Uptime, UPTIME_EXAMPLE, uptimeAnswer } from './uptime.responses.js';

/** How long a service was well. One that was deleted still has its past. */
@ApiTags('history')
@Controller(`${API_PREFIX}/services/:name/uptime`)
export class UptimeController {
  constructor(
    private readonly uptime: UptimeReadModel,
    private readonly history: HistoryReadModel,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'How long a service had each status',
    description:
      'In a window of event time, derived from the timeline of `/transitions` and from the times in ' +
      'which the monitor could not observe. The future part of a window is not counted. A window in ' +
      `which instances changed more than ${String(MAX_TIMELINE_EVENTS)} times is refused.`,
  })
  @NameParameter()
  @ApiAnswer(Uptime, UPTIME_EXAMPLE)
  @ApiProblems('/api/v1/health/services/checkout/uptime', 400, 404, 503)
  async read(@Param('name') name: string, @Query() query: UptimeQuery): Promise<Uptime> {
    requirePossibleName(name);
    const record = await this.recordOf(name, query);
    if (!record.isKnown && !(await this.history.isKnown(name))) throw noSuchService();
    return uptimeAnswer(record);
  }

  private async recordOf(name: string, query: UptimeQuery): Promise<UptimeRecord> {
    try {
      return await this.uptime.uptime(name, (nowMs) => windowOf(query, nowMs));
    } catch (error) {
      if (!(error instanceof WindowTooFullError)) throw error;
      const field = query.from === null ? 'window' : 'from';
      const message = `more than ${String(MAX_TIMELINE_EVENTS)} changes lie in it: ask for a shorter time`;
      throw new InvalidInputError([{ field, message }]);
    }
  }
}
