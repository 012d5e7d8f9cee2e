import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** The reply to an XADD: an id of a stream, as a bulk string. */
const STREAM_ID_REPLY = /\$\d+\r\n\d+-\d+\r\n/;

/**
 * Stands between publishers and Redis. Breaks the connection in place of passing on the first
 * acknowledgements: Redis has the event then, and the publisher cannot know.
 */
export class ReplyThief {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private taken = 0;

  private constructor(
    private readonly target: URL,
    private readonly replies: number,
  ) {
    this.server = createServer((client) => {
      this.accept(client);
    });
  }

  /** Begins to forward to a URL's host and port, and takes so many acknowledgements. */
  static async before(targetUrl: string, replies: number): Promise<ReplyThief> {
    const thief = new ReplyThief(new URL(targetUrl), replies);
    await new Promise<void>((resolve) => thief.server.listen(0, '127.0.0.1', resolve));
    return thief;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Acknowledgements taken so far. */
  get stolen(): number {
    return this.taken;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    const upstream = connect(Number(this.target.port), this.target.hostname);
    for (const [socket, other] of [[client, upstream] as const, [upstream, client] as const]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => {
      if (this.taken < this.replies && STREAM_ID_REPLY.test(bytes.toString('latin1'))) {
        this.taken += 1;
        client.resetAndDestroy();
      } else {
        client.write(bytes);
      }
    });
  }
}
