import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { AlertEvaluator } from '../../alerts/alert-evaluator.js';
import { API_PREFIX } from '../http/api-prefix.js';
import { isoTime } from '../http/iso-time.js';
import { NoQuery } from '../http/no-query.js';
import { ApiAnswer } from '../openapi/answers.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { ALERTS_EXAMPLE } from './alerts-example.js';
import { AlertList } from './alerts.responses.js';

/** Where the monitor itself is in trouble; needs no database and no Redis. */
@ApiTags('monitor')
@Controller(`${API_PREFIX}/alerts`)
export class AlertsController {
  constructor(private readonly evaluator: AlertEvaluator) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Troubles of the monitor itself, as this instance sees them',
    description: 'Always one item per rule, in the same order. It answers whatever is away.',
  })
  @ApiAnswer(AlertList, ALERTS_EXAMPLE)
  @ApiProblems('/api/v1/health/alerts', 400)
  list(@Query() _query: NoQuery): AlertList {
    return {
      items: this.evaluator.alerts.map(({ sinceMs, whatToDo, ...alert }) => ({
        ...alert,
        since: isoTime(sinceMs),
        what_to_do: whatToDo,
      })),
    };
  }
}
