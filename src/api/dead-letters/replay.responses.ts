import { ApiProperty } from '@nestjs/swagger';
import { OUTCOMES } from '../../dead-letters/letter-replay.js';
import { REJECTION_REASONS } from '../../events/health-event.js';
import {
  Count,
  Flag,
  NextCursor,
  Text,
  TextOrNull,
  UuidOrNull,
  Word,
  WordOrNull,
} from '../openapi/response-fields.js';

/** What became of a dead letter, or would. */
export class ReplayItem {
  @Text() readonly id!: string;
  @Word(OUTCOMES, {
    description: 'stored: a row now; duplicate: it was one already; rejected: still a dead letter.',
  })
  readonly outcome!: string;
  @UuidOrNull({ description: 'Of the event; null where the bytes make none.' })
  readonly message_id!: string | null;
  @WordOrNull(REJECTION_REASONS, { description: 'Why it was rejected now.' })
  readonly reason!: string | null;
  @TextOrNull() readonly detail!: string | null;
}

export class ReplayResult extends ReplayItem {
  @Flag({ description: 'Nothing was changed.' }) readonly dry_run!: boolean;
}

export class ReplayList {
  @Flag() readonly dry_run!: boolean;
  @Count() readonly stored!: number;
  @Count() readonly duplicate!: number;
  @Count() readonly rejected!: number;
  @ApiProperty({ type: [ReplayItem], description: 'Received first first.' })
  readonly items!: readonly ReplayItem[];
  @NextCursor() readonly next_cursor!: string | null;
}
