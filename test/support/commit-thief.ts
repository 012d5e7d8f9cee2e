import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { MessageReader } from './postgres-messages.js';

/** `request`: the server never gets the COMMIT. `reply`: it commits, and nobody is told. */
export type CommitLoss = 'request' | 'reply';

/** The statement that inserts into the audit log, as the driver prepares it; of many rows a COPY does. */
const INSERT = 'insert_messages';
const COMMIT = 'COMMIT\0';
/** CommandComplete, its length and its tag. Source: PostgreSQL, 53.7 "Message Formats". */
const COMMITTED = Buffer.from(`C\0\0\0\x0b${COMMIT}`, 'latin1');

interface Theft {
  readonly loss: CommitLoss;
  readonly done: (parameters: Buffer) => void;
}

/**
 * Stands between instances and PostgreSQL, understands what clients say, and breaks connections at the
 * COMMIT of a transaction that has inserted into the audit log.
 */
export class CommitThief {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private theft: Theft | null = null;
  private isShut = false;

  private constructor(private readonly target: URL) {
    this.server = createServer((client) => {
      this.accept(client);
    });
  }

  /** Begins to forward to a URL's host and port. */
  static async before(databaseUrl: string): Promise<CommitThief> {
    const thief = new CommitThief(new URL(databaseUrl));
    thief.server.listen(0, '127.0.0.1');
    await once(thief.server, 'listening');
    return thief;
  }

  /** The database's URL with this in its place. */
  get url(): string {
    const url = new URL(this.target);
    Object.assign(url, {
      hostname: '127.0.0.1',
      port: String((this.server.address() as AddressInfo).port),
    });
    return url.toString();
  }

  /**
   * Loses the next COMMIT in this way, breaks all connections, and takes no others until
   * {@link letIn}: so nobody can mend it before it has been looked at. Resolves to what the
   * transaction inserted: the parameters of its statement, or the rows of its COPY.
   */
  async lose(loss: CommitLoss): Promise<Buffer> {
    return await new Promise((resolve) => {
      this.theft = { loss, done: resolve };
    });
  }

  letIn(): void {
    this.isShut = false;
  }

  async close(): Promise<void> {
    this.breakAll();
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(client: Socket): void {
    if (this.isShut) {
      client.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const upstream = connect(Number(this.target.port), this.target.hostname);
    for (const [socket, other] of [[client, upstream] as const, [upstream, client] as const]) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    this.watch(client, upstream);
  }

  private watch(client: Socket, upstream: Socket): void {
    const reader = new MessageReader();
    let inserted: Buffer | null = null;
    let awaited: Buffer | null = null;
    client.on('data', (bytes) => {
      for (const message of reader.read(bytes)) {
        if (message.isQuery('BEGIN')) inserted = null;
        if (message.isBindOf(INSERT) || message.isCopyData()) inserted = message.bytes;
        if (message.isQuery(COMMIT) && inserted !== null) {
          if (this.theft?.loss === 'request') {
            this.strike(inserted);
            return;
          }
          awaited = inserted;
        }
        upstream.write(message.bytes);
      }
    });
    upstream.on('data', (bytes) => {
      if (awaited !== null && bytes.includes(COMMITTED)) {
        if (this.theft?.loss === 'reply') {
          this.strike(awaited);
          return;
        }
        awaited = null;
      }
      client.write(bytes);
    });
  }

  private strike(inserted: Buffer): void {
    const { theft } = this;
    this.theft = null;
    this.isShut = true;
    this.breakAll();
    theft?.done(inserted);
  }

  private breakAll(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }
}
