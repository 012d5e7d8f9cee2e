import { connect, type Socket } from 'node:net';

interface Waiter {
  readonly resolve: (reply: string) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A client of Redis with no library behind it: RESP arrays on a socket, replies of one line only
 * (integer, status, error), in the order of the commands.
 * Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export class RawRedisClient {
  private readonly waiters: Waiter[] = [];
  private unread = '';

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1').setNoDelay(true);
    socket.on('data', (text: string) => {
      this.read(text);
    });
    socket.on('error', (error) => {
      this.fail(error);
    });
    socket.on('close', () => {
      this.fail(new Error('Redis closed the connection'));
    });
  }

  static async connect(redisUrl: string): Promise<RawRedisClient> {
    const { hostname, port } = new URL(redisUrl);
    const socket = connect(Number(port), hostname);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    return new RawRedisClient(socket);
  }

  /** Resolves to the reply without its type mark; rejects with an error reply. */
  async send(...parts: readonly (string | Buffer)[]): Promise<string> {
    const frame = [Buffer.from(`*${parts.length}\r\n`)];
    for (const part of parts) {
      const bytes = Buffer.from(part);
      frame.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'));
    }
    return await new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      this.socket.write(Buffer.concat(frame));
    });
  }

  close(): void {
    this.socket.end();
  }

  private read(text: string): void {
    const lines = (this.unread + text).split('\r\n');
    this.unread = lines.pop() ?? '';
    for (const line of lines) {
      const waiter = this.waiters.shift();
      if (line.startsWith('-')) waiter?.reject(new Error(line.slice(1)));
      else waiter?.resolve(line.slice(1));
    }
  }

  private fail(error: Error): void {
    for (const waiter of this.waiters.splice(0)) waiter.reject(error);
  }
}
