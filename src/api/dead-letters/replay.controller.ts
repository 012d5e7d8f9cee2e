import { Controller, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { LetterReplay } from '../../dead-letters/letter-replay.js';
import { SelectionReplay } from '../../dead-letters/selection-replay.js';
import { API_PREFIX } from '../http/api-prefix.js';
import { NoSuchResourceError } from '../http/problem.js';
import { ApiAnswer } from '../openapi/answers.js';
import { ChangingRoute } from '../openapi/changing-route.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { isRowId } from '../paging/places.js';
import { REPLAY_EXAMPLE, REPLAYS_EXAMPLE } from './dead-letters-examples.js';
import { replayList, replayResult } from './replay-mapping.js';
import { ReplayManyQuery, ReplayQuery } from './replay-query.js';
import { ReplayList, ReplayResult } from './replay.responses.js';

const NO_SUCH_LETTER = { field: 'id', detail: 'no dead letter has this id' } as const;

/** Tries again what could not be stored, once its cause is mended. */
@ApiTags('dead letters')
@Controller(`${API_PREFIX}/dead-letters`)
export class ReplayController {
  constructor(
    private readonly letter: LetterReplay,
    private readonly selection: SelectionReplay,
  ) {}

  @Post('replay')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Try again to store all of a selection',
    description:
      'Those that were not replayed yet, received first first, each in a transaction of its own. The ' +
      'answer comes within 5 s: where more are left, `next_cursor` says where to go on.',
  })
  @ApiAnswer(ReplayList, REPLAYS_EXAMPLE)
  @ApiProblems('/api/v1/health/dead-letters/replay', 400, 503)
  @ChangingRoute('/api/v1/health/dead-letters/replay')
  async replayMany(@Query() query: ReplayManyQuery): Promise<ReplayList> {
    const { cursor, limit, dry_run: isDryRun } = query;
    const replayed = await this.selection.run(query, cursor, limit, isDryRun, 'prompt');
    return replayList(replayed, isDryRun);
  }

  @Post(':id/replay')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Try again to store one event',
    description:
      'As if the journal delivered it now: under the configuration of now, with the identity and the ' +
      'times of its first delivery. To ask again changes nothing.',
  })
  @ApiParam({
    name: 'id',
    schema: { type: 'string', pattern: '^[1-9][0-9]{0,17}$' },
    example: '42',
  })
  @ApiAnswer(ReplayResult, REPLAY_EXAMPLE)
  @ApiProblems('/api/v1/health/dead-letters/42/replay', 400, 503, NO_SUCH_LETTER)
  @ChangingRoute('/api/v1/health/dead-letters/42/replay')
  async replayOne(
    @Param('id') id: string,
    @Query() { dry_run: isDryRun }: ReplayQuery,
  ): Promise<ReplayResult> {
    const replayed = isRowId(id) ? await this.letter.replay(id, isDryRun, 'prompt') : null;
    if (replayed === null) throw new NoSuchResourceError('id', NO_SUCH_LETTER.detail);
    return replayResult(replayed, isDryRun);
  }
}
