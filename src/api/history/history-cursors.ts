import type { StatusChangePlace } from '../../status/history-read-model.js';
import type { TransitionPlace } from '../../status/timeline-rows.js';
import type { MessagePlace } from '../../storage/message-read-model.js';
import { CursorCodec } from '../paging/cursor.js';
import { isMessageId, isMicros, isRowId } from '../paging/places.js';
import { isPossibleName } from '../services/service-name.js';

/** Behind an event, newest first. */
export const MESSAGES_CURSOR = new CursorCodec<MessagePlace>(
  'messages',
  ({ occurredAtUs, messageId }) => [occurredAtUs, messageId],
  ([occurredAtUs, messageId]) =>
    isMicros(occurredAtUs) && isMessageId(messageId) ? { occurredAtUs, messageId } : null,
);

/** Behind a transition, newest first; one of no instance has no name. */
export const TRANSITIONS_CURSOR = new CursorCodec<TransitionPlace>(
  'transitions',
  ({ occurredAtUs, receivedAtUs, messageId, instanceId }) => [
    occurredAtUs,
    receivedAtUs,
    messageId,
    instanceId,
  ],
  ([occurredAtUs, receivedAtUs, messageId, instanceId]) =>
    isMicros(occurredAtUs) &&
    isMicros(receivedAtUs) &&
    isMessageId(messageId) &&
    (instanceId === '' || isPossibleName(instanceId))
      ? { occurredAtUs, receivedAtUs, messageId, instanceId }
      : null,
);

/** Behind a change of what was said, newest first. */
export const STATUS_CHANGES_CURSOR = new CursorCodec<StatusChangePlace>(
  'status-changes',
  ({ changedAtUs, id }) => [changedAtUs, id],
  ([changedAtUs, id]) => (isMicros(changedAtUs) && isRowId(id) ? { changedAtUs, id } : null),
);

/** Behind the bucket that begins at a moment (milliseconds since 1970), newest first. */
export const BUCKETS_CURSOR = new CursorCodec<{ readonly beforeMs: number }>(
  'history',
  ({ beforeMs }) => [beforeMs],
  ([beforeMs]) =>
    typeof beforeMs === 'number' && isMicros(beforeMs * 1_000) ? { beforeMs } : null,
);
