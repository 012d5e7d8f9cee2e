import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

const NEW_LINE = 0x0a;
const MINUS = 0x2d;
const ZERO = 0x30;
const COLON = 0x3a;

/**
 * A plain connection to Redis for `PUBLISH` commands alone, so that on a small machine the load costs as
 * little as possible. Tells its parent `{deaf}`, once, where Redis did not take an event or nobody heard it.
 */
export class PublishSocket {
  isWritable = true;
  answered = 0;
  private previous = 0;
  private isDeaf = false;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (reply) => {
      this.read(reply);
    });
    socket.on('drain', () => {
      this.isWritable = true;
    });
  }

  static async open(host: string, port: number): Promise<PublishSocket> {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, 'connect');
    return new PublishSocket(socket);
  }

  write(commands: Buffer): void {
    this.isWritable = this.socket.write(commands);
  }

  onDrain(listener: () => void): void {
    this.socket.on('drain', listener);
  }

  /** One line per event: `:` and how many subscribers received it, or `-` and an error. */
  private read(reply: Buffer): void {
    for (const byte of reply) {
      if (byte === NEW_LINE) this.answered += 1;
      else if (((byte === ZERO && this.previous === COLON) || byte === MINUS) && !this.isDeaf) {
        this.isDeaf = true;
        process.send?.({ deaf: this.answered });
      }
      this.previous = byte;
    }
  }
}
