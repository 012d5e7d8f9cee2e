import type { DeadLetterRecord } from '../../storage/dead-letter-read-model.js';
import { isoTime } from '../http/iso-time.js';
import type { DeadLetterDetails, DeadLetterItem } from './dead-letters.responses.js';

export const deadLetterItem = (record: DeadLetterRecord): DeadLetterItem => ({
  id: record.id,
  reason: record.reason,
  detail: record.detail,
  source: record.source,
  journal_id: record.journal_id,
  event_index: record.event_index,
  attempts: record.attempts,
  received_at: isoTime(record.received_at),
  created_at: isoTime(record.created_at),
  replayed_at: isoTime(record.replayed_at),
  size_bytes: record.size_bytes,
  preview: record.preview.toString('utf8'),
  is_truncated: record.preview.length < record.size_bytes,
});

export const deadLetterDetails = (
  record: DeadLetterRecord & { readonly raw: Buffer },
): DeadLetterDetails =>
  Object.assign(deadLetterItem(record), { raw_base64: record.raw.toString('base64') });
