import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { DeadLetterReadModel } from '../../storage/dead-letter-read-model.js';
import { API_PREFIX } from '../http/api-prefix.js';
import { NoQuery } from '../http/no-query.js';
import { NoSuchResourceError } from '../http/problem.js';
import { ApiAnswer } from '../openapi/answers.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { isRowId } from '../paging/places.js';
import { DEAD_LETTERS_CURSOR } from './dead-letters-cursor.js';
import { DEAD_LETTER_EXAMPLE, DEAD_LETTERS_EXAMPLE } from './dead-letters-examples.js';
import { deadLetterDetails, deadLetterItem } from './dead-letters-mapping.js';
import { DeadLettersQuery } from './dead-letters-query.js';
import { DeadLetterDetails, DeadLetterList } from './dead-letters.responses.js';

/** What could not be stored, and why. */
@ApiTags('dead letters')
@Controller(`${API_PREFIX}/dead-letters`)
export class DeadLettersController {
  constructor(private readonly letters: DeadLetterReadModel) {}

  @Get()
  @ApiOperation({ summary: 'Events that could not be stored, those received last first' })
  @ApiAnswer(DeadLetterList, DEAD_LETTERS_EXAMPLE)
  @ApiProblems('/api/v1/health/dead-letters', 400, 503)
  async list(@Query() query: DeadLettersQuery): Promise<DeadLetterList> {
    const page = await this.letters.page(query, query.cursor, query.limit);
    return {
      items: page.items.map(deadLetterItem),
      next_cursor: DEAD_LETTERS_CURSOR.next(page, (last) => ({
        receivedAtUs: last.received_at_us,
        id: last.id,
      })),
    };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One event that could not be stored, with all its bytes' })
  @ApiParam({
    name: 'id',
    schema: { type: 'string', pattern: '^[1-9][0-9]{0,17}$' },
    example: '42',
  })
  @ApiAnswer(DeadLetterDetails, DEAD_LETTER_EXAMPLE)
  @ApiProblems('/api/v1/health/dead-letters/42', 400, 503, {
    field: 'id',
    detail: 'no dead letter has this id',
  })
  async read(@Param('id') id: string, @Query() _query: NoQuery): Promise<DeadLetterDetails> {
    const letter = isRowId(id) ? await this.letters.letter(id) : null;
    if (letter === null) throw new NoSuchResourceError('id', 'no dead letter has this id');
    return deadLetterDetails(letter);
  }
}
