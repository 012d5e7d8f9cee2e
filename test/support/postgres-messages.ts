const TYPE_BYTES = 1;
const LENGTH_BYTES = 4;
const NAME_ENDS = '\0';

/** One message of a client of PostgreSQL. Source: PostgreSQL, 53.7 "Message Formats". */
class ClientMessage {
  constructor(
    /** All of it, as it goes over the wire. */
    readonly bytes: Buffer,
    private readonly type: string,
  ) {}

  /** A simple query that begins so. */
  isQuery(text: string): boolean {
    return this.type === 'Q' && this.text(text.length) === text;
  }

  /** Parameters for a prepared statement of this name, through the unnamed portal. */
  isBindOf(statement: string): boolean {
    const names = NAME_ENDS + statement + NAME_ENDS;
    return this.type === 'B' && this.text(names.length) === names;
  }

  /** Rows for a COPY. */
  isCopyData(): boolean {
    return this.type === 'd';
  }

  private text(length: number): string {
    const start = TYPE_BYTES + LENGTH_BYTES;
    return this.bytes.subarray(start, start + length).toString('latin1');
  }
}

/** Cuts what a client sends into messages. The first one has no type. */
export class MessageReader {
  private rest: Buffer = Buffer.alloc(0);
  private isFirst = true;

  /** Those that have become complete. */
  read(bytes: Buffer): ClientMessage[] {
    this.rest = Buffer.concat([this.rest, bytes]);
    const messages: ClientMessage[] = [];
    for (let next = this.next(); next !== null; next = this.next()) messages.push(next);
    return messages;
  }

  private next(): ClientMessage | null {
    const typeBytes = this.isFirst ? 0 : TYPE_BYTES;
    if (this.rest.length < typeBytes + LENGTH_BYTES) return null;
    const end = typeBytes + this.rest.readInt32BE(typeBytes);
    if (this.rest.length < end) return null;
    const message = this.rest.subarray(0, end);
    this.rest = this.rest.subarray(end);
    const type = this.isFirst ? '' : message.subarray(0, TYPE_BYTES).toString('latin1');
    this.isFirst = false;
    return new ClientMessage(message, type);
  }
}
