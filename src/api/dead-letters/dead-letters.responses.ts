import { ApiProperty } from '@nestjs/swagger';
import { REJECTION_REASONS } from '../../events/health-event.js';
import {
  Count,
  Flag,
  NextCursor,
  Text,
  Time,
  TimeOrNull,
  Word,
} from '../openapi/response-fields.js';

/** An event that could not be stored. */
export class DeadLetterItem {
  @Text() readonly id!: string;
  @Word(REJECTION_REASONS) readonly reason!: string;
  @Text({ description: 'Names the field and the limit.' }) readonly detail!: string;
  @Text({ description: 'The channel it came from.' }) readonly source!: string;
  @Text({ description: 'Its entry of the journal, ...' }) readonly journal_id!: string;
  @Count({ description: '... and its place in it, from 0.' }) readonly event_index!: number;
  @Count({ description: 'How often it was tried to store it.' }) readonly attempts!: number;
  @Time({ description: 'When the journal took it.' }) readonly received_at!: string;
  @Time() readonly created_at!: string;
  @TimeOrNull() readonly replayed_at!: string | null;
  @Count() readonly size_bytes!: number;
  @Text({ description: 'Up to 1,024 bytes as UTF-8; U+FFFD stands for what is none.' })
  readonly preview!: string;
  @Flag({ description: 'The preview is not all of it.' }) readonly is_truncated!: boolean;
}

export class DeadLetterList {
  @ApiProperty({ type: [DeadLetterItem], description: 'Received last first.' })
  readonly items!: readonly DeadLetterItem[];
  @NextCursor() readonly next_cursor!: string | null;
}

export class DeadLetterDetails extends DeadLetterItem {
  @ApiProperty({ type: String, format: 'byte', description: 'The bytes as they came.' })
  readonly raw_base64!: string;
}
