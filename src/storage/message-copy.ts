import type { ReceivedEvent } from '../events/health-event.js';

/**
 * The audit log's rows in PostgreSQL's binary format. Source: PostgreSQL, COPY, "Binary Format"; of
 * the values: src/backend/utils/adt, the function `…recv` of each type.
 */
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Signature, flags, length of the extension. */
const HEADER_BYTES = SIGNATURE.length + 4 + 4;
const TRAILER = -1;
const TRAILER_BYTES = 2;
const NULL_LENGTH = -1;

/** Timestamps count from here. Source: PostgreSQL, POSTGRES_EPOCH_JDATE. */
const EPOCH_US = Date.UTC(2000, 0, 1) * 1_000;
const TWO_TO_32 = 2 ** 32;

/** In the order in which {@link encodeMessages} writes them. */
export const COPY_MESSAGES = `COPY health_messages (
    occurred_at, message_id, received_at, service_name, instance_id, status, response_time_ms,
    ttl_seconds, version, message, payload)
  FROM STDIN (FORMAT binary)`;
const COLUMNS = 11;
/** Of a row: count of columns, their lengths, two timestamps, uuid, float8, int4. */
const FIXED_BYTES = 2 + COLUMNS * 4 + 8 + 8 + 16 + 8 + 4;
/** So long a text takes one character at a time less than a call does. */
const SHORT_TEXT = 32;
/** What UTF-8 takes at most for a unit of UTF-16. */
const UTF8_BYTES_AT_MOST = 3;
const ASCII_END = 0x80;
/** Room for what is not ASCII, which most documents are free of. */
const SPARE_BYTES = 65_536;

const HEX_DIGITS = new Uint8Array(ASCII_END);
for (const [value, digit] of Array.from('0123456789abcdef').entries()) {
  HEX_DIGITS[digit.charCodeAt(0)] = value;
}
/** Where the sixteen bytes of a UUID begin in its text. */
const UUID_DIGITS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;

/**
 * What {@link COPY_MESSAGES} is to be sent for these events, in their order: the same rows, to the
 * byte, as the INSERT makes of them. Lone surrogates, which UTF-8 has not, must not be in a text.
 */
export function encodeMessages(events: readonly ReceivedEvent[]): Buffer {
  let bytes = HEADER_BYTES + TRAILER_BYTES + SPARE_BYTES;
  for (const event of events) bytes += FIXED_BYTES + textLength(event);
  const rows = new RowWriter(bytes);
  for (const event of events) {
    rows.begin(FIXED_BYTES + textLength(event) * UTF8_BYTES_AT_MOST);
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
    rows.text(event.payload);
  }
  return rows.end();
}

const textLength = (event: ReceivedEvent): number =>
  event.serviceName.length +
  event.instanceId.length +
  event.status.length +
  (event.version?.length ?? 0) +
  (event.message?.length ?? 0) +
  event.payload.length;

class RowWriter {
  private buffer: Buffer;
  private at = HEADER_BYTES;

  constructor(bytes: number) {
    this.buffer = Buffer.allocUnsafeSlow(bytes);
    this.buffer.fill(0, 0, HEADER_BYTES);
    this.buffer.set(SIGNATURE);
  }

  /** A row that takes `bytes` at most. */
  begin(bytes: number): void {
    if (this.at + bytes + TRAILER_BYTES > this.buffer.length) {
      const larger = Buffer.allocUnsafeSlow(this.buffer.length * 2 + bytes);
      larger.set(this.buffer.subarray(0, this.at));
      this.buffer = larger;
    }
    this.at = this.buffer.writeInt16BE(COLUMNS, this.at);
  }

  timestamp(us: number): void {
    const value = us - EPOCH_US;
    const high = Math.floor(value / TWO_TO_32);
    this.length(8);
    this.at = this.buffer.writeInt32BE(high, this.at);
    this.at = this.buffer.writeUInt32BE(value - high * TWO_TO_32, this.at);
  }

  uuid(text: string): void {
    this.length(16);
    for (const digit of UUID_DIGITS) {
      const high = HEX_DIGITS[text.charCodeAt(digit)] ?? 0;
      this.buffer[this.at] = (high << 4) | (HEX_DIGITS[text.charCodeAt(digit + 1)] ?? 0);
      this.at += 1;
    }
  }

  float8(value: number | null): void {
    if (value === null) {
      this.length(NULL_LENGTH);
      return;
    }
    this.length(8);
    this.at = this.buffer.writeDoubleBE(value + 0, this.at); // JSON knows no -0
  }

  int4(value: number | null): void {
    if (value === null) {
      this.length(NULL_LENGTH);
      return;
    }
    this.length(4);
    this.at = this.buffer.writeInt32BE(value, this.at);
  }

  text(value: string | null): void {
    if (value === null) {
      this.length(NULL_LENGTH);
      return;
    }
    const start = this.at + 4;
    const bytes = this.ascii(value, start) ? value.length : this.buffer.write(value, start);
    this.length(bytes);
    this.at = start + bytes;
  }

  end(): Buffer {
    this.at = this.buffer.writeInt16BE(TRAILER, this.at);
    return this.buffer.subarray(0, this.at);
  }

  private length(bytes: number): void {
    this.at = this.buffer.writeInt32BE(bytes, this.at);
  }

  /** False where the text is long or not ASCII. */
  private ascii(value: string, start: number): boolean {
    if (value.length > SHORT_TEXT) return false;
    for (let i = 0; i < value.length; i += 1) {
      const code = value.charCodeAt(i);
      if (code >= ASCII_END) return false;
      this.buffer[start + i] = code;
    }
    return true;
  }
}
