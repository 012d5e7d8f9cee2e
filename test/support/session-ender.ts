import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** ReadyForQuery of an idle session. Source: PostgreSQL, 53.7 "Message Formats". */
const READY = Buffer.from('Z\0\0\0\x05I', 'latin1');
const FIELDS = 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0';
/** ErrorResponse, as a session that is ended gets it. */
const ENDED = Buffer.concat([Buffer.from('E\0\0\0', 'latin1'), sized(FIELDS)]);

/** Stands between clients and PostgreSQL, and ends the next sessions in the very packet that says they are ready. */
export class SessionEnder {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private left = 0;

  private constructor(private readonly target: URL) {
    this.server = createServer((client) => {
      this.accept(client);
    });
  }

  static async before(databaseUrl: string): Promise<SessionEnder> {
    const ender = new SessionEnder(new URL(databaseUrl));
    ender.server.listen(0, '127.0.0.1');
    await once(ender.server, 'listening');
    return ender;
  }

  /** The database's URL with this in its place. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return url.toString();
  }

  /** Sessions that are still to be ended. */
  get toEnd(): number {
    return this.left;
  }

  end(sessions: number): void {
    this.left = sessions;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
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
    let isReady = false;
    upstream.on('data', (bytes) => {
      const becomesReady = !isReady && bytes.subarray(-READY.length).equals(READY);
      isReady ||= becomesReady;
      if (!becomesReady || this.left === 0) {
        client.write(bytes);
        return;
      }
      this.left -= 1;
      client.end(Buffer.concat([bytes, ENDED]));
    });
  }
}

/** A body with the last byte of its length before it; the length counts itself. */
function sized(body: string): Buffer {
  return Buffer.concat([Buffer.from([4 + body.length]), Buffer.from(body, 'latin1')]);
}
