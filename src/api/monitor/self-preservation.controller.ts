import { Controller, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { SelfPreservation } from '../../status/self-preservation.js';
import { API_PREFIX } from '../http/api-prefix.js';
import { NoQuery } from '../http/no-query.js';
import { ApiAnswer } from '../openapi/answers.js';
import { ChangingRoute } from '../openapi/changing-route.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { RELEASE_EXAMPLE } from './monitor-examples.js';
import { Release } from './monitor.responses.js';

/** An operator's word where too many services fell silent at once. */
@ApiTags('monitor')
@Controller(`${API_PREFIX}/self-preservation`)
export class SelfPreservationController {
  constructor(private readonly selfPreservation: SelfPreservation) {}

  @Post('release')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Let held stale transitions go',
    description:
      'Where more services fall silent at once than is likely, their transitions to stale are held ' +
      'for some minutes. This lets them go now; what is still silent turns stale within seconds.',
  })
  @ApiAnswer(Release, RELEASE_EXAMPLE)
  @ApiProblems('/api/v1/health/self-preservation/release', 400, 503)
  @ChangingRoute('/api/v1/health/self-preservation/release')
  async release(@Query() _query: NoQuery): Promise<Release> {
    const transitions = await this.selfPreservation.release('operator', null);
    return { released: transitions !== null, transitions: transitions ?? 0 };
  }
}
