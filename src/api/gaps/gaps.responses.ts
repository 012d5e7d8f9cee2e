import { ApiProperty } from '@nestjs/swagger';
import { GAP_CAUSES } from '../../observation/gap-cause.js';
import { CountOrNull, NextCursor, Time, TimeOrNull, Word } from '../openapi/response-fields.js';

/** A time in which something may not have been observed. */
class GapItem {
  @Time() readonly from!: string;
  @TimeOrNull({ description: 'Null: it lasts.' }) readonly to!: string | null;
  @Word(GAP_CAUSES) readonly cause!: string;
  @CountOrNull({
    description:
      'Events that were lost, of a journal_loss entries of the journal; null where nobody can know.',
  })
  readonly lost_count!: number | null;
}

export class GapList {
  @ApiProperty({ type: [GapItem], description: 'Begun last first.' })
  readonly items!: readonly GapItem[];
  @NextCursor() readonly next_cursor!: string | null;
}
