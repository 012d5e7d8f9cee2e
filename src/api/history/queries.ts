import { STATUSES } from '../../events/status-vocabulary.js';
import type { StatusChangePlace } from '../../status/history-read-model.js';
import type { TransitionPlace } from '../../status/timeline-rows.js';
import { type Bucket, BUCKETS, type MessagePlace } from '../../storage/message-read-model.js';
import { BoundedText, OneOf, PageCursor } from '../paging/query-fields.js';
import { RangeQuery } from '../paging/range-query.js';
import { MAX_NAME_CHARACTERS } from '../services/service-name.js';
import {
  BUCKETS_CURSOR,
  MESSAGES_CURSOR,
  STATUS_CHANGES_CURSOR,
  TRANSITIONS_CURSOR,
} from './history-cursors.js';

/** What an event can report: a status, or that its instance leaves. */
export const REPORTED = [...STATUSES, 'left'] as const;

export class MessagesQuery extends RangeQuery {
  @OneOf(REPORTED, 'Only events that reported this.')
  status: (typeof REPORTED)[number] | null = null;

  @BoundedText(MAX_NAME_CHARACTERS, 'Only events of this instance.')
  instance_id: string | null = null;

  @PageCursor(MESSAGES_CURSOR)
  cursor: MessagePlace | null = null;
}

export class TransitionsQuery extends RangeQuery {
  @BoundedText(
    MAX_NAME_CHARACTERS,
    "This instance's transitions; without it, those of the service's aggregate status.",
  )
  instance_id: string | null = null;

  @PageCursor(TRANSITIONS_CURSOR)
  cursor: TransitionPlace | null = null;
}

export class StatusChangesQuery extends RangeQuery {
  @PageCursor(STATUS_CHANGES_CURSOR)
  cursor: StatusChangePlace | null = null;
}

export class BucketsQuery extends RangeQuery {
  @OneOf(Object.keys(BUCKETS), 'Width of a bucket; buckets begin at whole multiples of it, in UTC.')
  bucket: Bucket = '1h';

  @PageCursor(BUCKETS_CURSOR)
  cursor: { readonly beforeMs: number } | null = null;
}
