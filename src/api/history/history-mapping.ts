import type { StatusChangeRecord } from '../../status/history-read-model.js';
import type { TransitionRecord } from '../../status/timeline-rows.js';
import type { BucketRecord, MessageRecord } from '../../storage/message-read-model.js';
import { isoTime } from '../http/iso-time.js';
import { RawJson } from '../http/raw-json.js';
import type {
  BucketItem,
  MessageItem,
  StatusChangeItem,
  TransitionItem,
} from './history.responses.js';

/** Times are shown in milliseconds, rounded down. */
const timeOf = (micros: number): string => isoTime(Math.floor(micros / 1_000));

export const messageItem = (record: MessageRecord): MessageItem => ({
  message_id: record.message_id,
  instance_id: record.instance_id,
  status: record.status,
  occurred_at: timeOf(record.occurred_at),
  received_at: timeOf(record.received_at),
  response_time_ms: record.response_time_ms,
  message: record.message,
  payload: new RawJson(record.payload),
});

export const transitionItem = (record: TransitionRecord): TransitionItem => ({
  instance_id: record.instance_id,
  from_status: record.from_status,
  to_status: record.to_status,
  occurred_at: timeOf(record.occurred_at),
  reason: record.reason,
  message_id: record.message_id,
});

export const statusChangeItem = (record: StatusChangeRecord): StatusChangeItem => ({
  from_status: record.from_status,
  to_status: record.to_status,
  changed_at: timeOf(record.changed_at),
  reason: record.reason,
  instance_id: record.instance_id,
  message_id: record.message_id,
});

export const bucketItem = (record: BucketRecord): BucketItem => ({
  bucket_start: isoTime(record.starts_at),
  total: record.total,
  counts: {
    healthy: record.healthy,
    degraded: record.degraded,
    unhealthy: record.unhealthy,
    unknown: record.unknown,
    left: record.left,
  },
  response_time_ms_min: record.response_time_min,
  response_time_ms_avg: record.response_time_avg,
  response_time_ms_max: record.response_time_max,
});
