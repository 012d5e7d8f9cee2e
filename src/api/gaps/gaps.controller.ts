import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { GapReadModel } from '../../status/gap-read-model.js';
import { API_PREFIX } from '../http/api-prefix.js';
import { isoTime } from '../http/iso-time.js';
import { ApiAnswer } from '../openapi/answers.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { GAPS_CURSOR } from './gaps-cursor.js';
import { GAPS_EXAMPLE } from './gaps-example.js';
import { GapsQuery } from './gaps-query.js';
import { GapList } from './gaps.responses.js';

/** When the monitor itself could not see. */
@ApiTags('monitor')
@Controller(`${API_PREFIX}/gaps`)
export class GapsController {
  constructor(private readonly gaps: GapReadModel) {}

  @Get()
  @ApiOperation({
    summary: 'Times in which something may not have been observed, those that began last first',
    description: 'Every gap that shares a moment with the range. Gaps may overlap.',
  })
  @ApiAnswer(GapList, GAPS_EXAMPLE)
  @ApiProblems('/api/v1/health/gaps', 400, 503)
  async list(@Query() query: GapsQuery): Promise<GapList> {
    const page = await this.gaps.page(query, query.cursor, query.limit);
    return {
      items: page.items.map(({ from, to, cause, lost_count }) => ({
        from: isoTime(from),
        to: isoTime(to),
        cause,
        lost_count,
      })),
      next_cursor: GAPS_CURSOR.next(page, (last) => ({
        startedAtUs: last.started_at_us,
        id: last.id,
      })),
    };
  }
}
