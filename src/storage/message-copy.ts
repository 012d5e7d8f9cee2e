import type { ReceivedEvent } from '../events/health-event.js';
import { BinaryWriter, UTF8_BYTES_AT_MOST } from './binary-writer.js';

/** The audit log's rows as COPY takes them. Source: PostgreSQL, COPY, "Binary Format". */
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Flags, none set; length of the extension, there is none. */
const HEADER = Buffer.concat([SIGNATURE, Buffer.alloc(4 + 4)]);
const TRAILER = -1;
const TRAILER_BYTES = 2;

/** In the order in which {@link encodeMessages} writes them. */
export const COPY_MESSAGES = `COPY health_messages (
    occurred_at, message_id, received_at, service_name, instance_id, status, response_time_ms,
    ttl_seconds, version, message, payload)
  FROM STDIN (FORMAT binary)`;
const COLUMNS = 11;
/** Of a row: count of columns, their lengths, two timestamps, uuid, float8, int4. */
const FIXED_BYTES = 2 + COLUMNS * 4 + 8 + 8 + 16 + 8 + 4;
/** Room for what is not ASCII, which most documents are free of. */
const SPARE_BYTES = 65_536;

/**
 * What {@link COPY_MESSAGES} is to be sent for these events, in their order: the same rows, to the
 * byte, as the INSERT makes of them.
 */
export function encodeMessages(events: readonly ReceivedEvent[]): Buffer {
  let bytes = HEADER.length + TRAILER_BYTES + SPARE_BYTES;
  for (const event of events) bytes += FIXED_BYTES + textLength(event) + event.payload.length;
  const rows = new BinaryWriter(bytes);
  rows.raw(HEADER);
  for (const event of events) {
    const textBytes = textLength(event) * UTF8_BYTES_AT_MOST;
    rows.reserve(FIXED_BYTES + textBytes + event.payload.length + TRAILER_BYTES);
    rows.rawInt16(COLUMNS);
    rows.timestamp(event.occurredAtUs);
    rows.uuid(event.messageId);
    rows.timestamp(event.receivedAtUs);
    rows.text(event.serviceName);
    rows.text(event.instanceId);
    rows.text(event.status);
    rows.float8(event.responseTimeMs);
    rows.int4(event.ttlSeconds);
    rows.text(event.version);
    rows.text(event.message);
    rows.utf8(event.payload);
  }
  rows.rawInt16(TRAILER);
  return rows.bytes();
}

const textLength = (event: ReceivedEvent): number =>
  event.serviceName.length +
  event.instanceId.length +
  event.status.length +
  (event.version?.length ?? 0) +
  (event.message?.length ?? 0);
