import { ApiProperty } from '@nestjs/swagger';
import { STATUSES } from '../../events/status-vocabulary.js';
import type { RawJson } from '../http/raw-json.js';
import {
  Count,
  NextCursor,
  QuantityOrNull,
  StatusWord,
  Text,
  TextOrNull,
  Time,
  Uuid,
  UuidOrNull,
  Word,
  WordOrNull,
} from '../openapi/response-fields.js';
import { REPORTED } from './queries.js';

/** One event of the audit log. */
export class MessageItem {
  @Uuid() readonly message_id!: string;
  @Text() readonly instance_id!: string;
  @Word(REPORTED, { description: '`left`: the publisher sent a leave word.' })
  readonly status!: string;
  @Time({ description: "The publisher's time; where it sent none, that of reception." })
  readonly occurred_at!: string;
  @Time({ description: 'When the journal took it.' }) readonly received_at!: string;
  @QuantityOrNull() readonly response_time_ms!: number | null;
  @TextOrNull() readonly message!: string | null;
  @ApiProperty({
    type: Object,
    additionalProperties: true,
    description: 'The event as it was published, to the byte.',
  })
  readonly payload!: RawJson;
}

export class MessageList {
  @ApiProperty({ type: [MessageItem], description: 'Newest first.' })
  readonly items!: readonly MessageItem[];
  @NextCursor() readonly next_cursor!: string | null;
}

/** A change of status in event time. */
export class TransitionItem {
  @TextOrNull({
    description:
      'The instance that changed; null: the whole service was deleted, or its settings changed.',
  })
  readonly instance_id!: string | null;
  @WordOrNull(REPORTED, { description: 'Null: nothing was known before.' })
  readonly from_status!: string | null;
  @Word(REPORTED) readonly to_status!: string;
  @Time() readonly occurred_at!: string;
  @Text({
    description:
      '`first_event`, `event`, `left`, `silent` or `recovered`; of a service also `expired`, ' +
      '`replaced` or `deleted`, where an instance was taken out, and `settings`.',
  })
  readonly reason!: string;
  @UuidOrNull({
    description: 'The event that made it, for `silent` the last one heard; null: none made it.',
  })
  readonly message_id!: string | null;
}

export class TransitionList {
  @ApiProperty({
    type: [TransitionItem],
    description:
      'Newest first. A page may hold fewer items than asked for, even none, although more follow.',
  })
  readonly items!: readonly TransitionItem[];
  @NextCursor() readonly next_cursor!: string | null;
}

/** What was said about a service, when, and why. Never rewritten. */
export class StatusChangeItem {
  @WordOrNull(STATUSES, { description: 'Null: the service was new.' })
  readonly from_status!: string | null;
  @StatusWord() readonly to_status!: string;
  @Time({ description: 'When it was said.' }) readonly changed_at!: string;
  @Text({ description: 'As of a transition in event time.' })
  readonly reason!: string;
  @TextOrNull({ description: 'The instance that brought it.' })
  readonly instance_id!: string | null;
  @UuidOrNull({ description: 'The event that brought it.' }) readonly message_id!: string | null;
}

export class StatusChangeList {
  @ApiProperty({ type: [StatusChangeItem], description: 'Newest first.' })
  readonly items!: readonly StatusChangeItem[];
  @NextCursor() readonly next_cursor!: string | null;
}

class EventCounts {
  @Count() readonly healthy!: number;
  @Count() readonly degraded!: number;
  @Count() readonly unhealthy!: number;
  @Count() readonly unknown!: number;
  @Count({ description: 'Leave words.' }) readonly left!: number;
}

/** What a service's events said in one stretch of time. */
export class BucketItem {
  @Time({ description: 'Begin of the bucket.' }) readonly bucket_start!: string;
  @Count({ description: 'Events.' }) readonly total!: number;
  @ApiProperty({ type: EventCounts }) readonly counts!: EventCounts;
  @QuantityOrNull() readonly response_time_ms_min!: number | null;
  @QuantityOrNull() readonly response_time_ms_avg!: number | null;
  @QuantityOrNull() readonly response_time_ms_max!: number | null;
}

export class BucketList {
  @Text({ description: 'Width of a bucket.' }) readonly bucket!: string;
  @ApiProperty({ type: [BucketItem], description: 'Newest first; only buckets that hold events.' })
  readonly items!: readonly BucketItem[];
  @NextCursor() readonly next_cursor!: string | null;
}
