/** Timestamps count from here. Source: PostgreSQL, POSTGRES_EPOCH_JDATE. */
const EPOCH_US = Date.UTC(2000, 0, 1) * 1_000;
const TWO_TO_32 = 2 ** 32;
const NULL_LENGTH = -1;
const LENGTH_BYTES = 4;

/** So long a text takes one character at a time less than a call does. */
const SHORT_TEXT = 32;
const ASCII_END = 0x80;

const HEX_DIGITS = new Uint8Array(ASCII_END);
for (const [value, digit] of Array.from('0123456789abcdef').entries()) {
  HEX_DIGITS[digit.charCodeAt(0)] = value;
}
/** Where the sixteen bytes of a UUID begin in its text. */
const UUID_DIGITS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;

/** What UTF-8 takes at most for a unit of UTF-16. */
export const UTF8_BYTES_AT_MOST = 3;

/**
 * Writes values in PostgreSQL's binary format, each behind its length in bytes, as the columns of a
 * COPY and the elements of an array are sent. Source of the formats: PostgreSQL, src/backend/utils/adt,
 * the function `…recv` of each type.
 *
 * Lone surrogates, which UTF-8 has not, must not be in a text.
 */
export class BinaryWriter {
  private buffer: Buffer;
  /** The same bytes: numbers are written through it in half the time. */
  private view: DataView;
  private at = 0;

  /** `bytes`: what will be written, about. */
  constructor(bytes: number) {
    this.buffer = Buffer.allocUnsafeSlow(bytes);
    this.view = new DataView(this.buffer.buffer);
  }

  /** Makes room for so many bytes; whoever writes asks for it, for several values at once. */
  reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(this.buffer.length * 2 + bytes);
    larger.set(this.buffer.subarray(0, this.at));
    this.buffer = larger;
    this.view = new DataView(larger.buffer);
  }

  /** What was written so far; nothing can be written afterwards. */
  bytes(): Buffer {
    return this.buffer.subarray(0, this.at);
  }

  /** Bytes as they are, without a length. */
  raw(bytes: Uint8Array): void {
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** A number of the format itself, without a length. */
  rawInt16(value: number): void {
    this.view.setInt16(this.at, value);
    this.at += 2;
  }

  /** A number of the format itself, without a length. */
  rawInt32(value: number): void {
    this.view.setInt32(this.at, value);
    this.at += 4;
  }

  /** Microseconds since 1970. */
  timestamp(us: number | null): void {
    if (us === null) this.rawInt32(NULL_LENGTH);
    else this.int8(us - EPOCH_US);
  }

  uuid(text: string): void {
    this.rawInt32(UUID_DIGITS.length);
    for (const digit of UUID_DIGITS) {
      const high = HEX_DIGITS[text.charCodeAt(digit)] ?? 0;
      this.buffer[this.at] = (high << 4) | (HEX_DIGITS[text.charCodeAt(digit + 1)] ?? 0);
      this.at += 1;
    }
  }

  float8(value: number | null): void {
    if (value === null) {
      this.rawInt32(NULL_LENGTH);
      return;
    }
    this.rawInt32(8);
    this.view.setFloat64(this.at, value + 0); // JSON knows no -0
    this.at += 8;
  }

  int4(value: number | null): void {
    if (value === null) {
      this.rawInt32(NULL_LENGTH);
      return;
    }
    this.rawInt32(4);
    this.rawInt32(value);
  }

  /** A whole number that a double holds exactly. */
  int8(value: number): void {
    const high = Math.floor(value / TWO_TO_32);
    this.rawInt32(8);
    this.rawInt32(high);
    this.view.setUint32(this.at, value - high * TWO_TO_32);
    this.at += 4;
  }

  /** The id of a transaction, 32 bits. */
  xid(value: number): void {
    this.rawInt32(4);
    this.view.setUint32(this.at, value);
    this.at += 4;
  }

  /** A text that is there as UTF-8. */
  utf8(bytes: Uint8Array): void {
    this.rawInt32(bytes.length);
    this.raw(bytes);
  }

  text(value: string | null): void {
    if (value === null) {
      this.rawInt32(NULL_LENGTH);
      return;
    }
    const start = this.at + LENGTH_BYTES;
    const bytes = this.ascii(value, start) ? value.length : this.buffer.write(value, start);
    this.rawInt32(bytes);
    this.at = start + bytes;
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
