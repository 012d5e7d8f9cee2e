import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What a {@link TcpProxy} does with connections:
 *
 * - `forward`: passes bytes on, both ways;
 * - `refuse`: ends new connections at once; those that exist go on;
 * - `black-hole`: takes connections and bytes, and passes nothing on: half-open.
 */
export type ProxyMode = 'forward' | 'refuse' | 'black-hole';

/** Looks for the traffic that a fault is waiting for; bytes are as they came in one read. */
type Matcher = (bytes: Buffer) => boolean;

/** Replies at which connections are to end: in their place, or after them and what is told last. */
interface Ending {
  readonly matches: Matcher;
  readonly lastWords: Buffer | null;
  left: number;
}

/** Stands between an instance and a service, and fails on request. Listens on loopback. */
export class TcpProxy {
  private readonly server: Server;
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private readonly dead = new WeakSet<readonly [Socket, Socket]>();
  private target: URL;
  private current: ProxyMode = 'forward';
  private ending: Ending | null = null;
  private ended = 0;
  private strike: { readonly matches: Matcher; readonly done: () => void } | null = null;
  /** Bytes wait so long in each direction, in order, in ms; 0: not at all. */
  delayMs = 0;
  /** What becomes of the service's bytes, as they came in one read, before the client has them. */
  rewrite: (reply: Buffer) => Buffer = (reply) => reply;

  private constructor(targetUrl: string) {
    this.target = new URL(targetUrl);
    this.server = createServer({ allowHalfOpen: false }, (client) => {
      this.accept(client);
    });
  }

  /** Begins to forward to host and port of a URL. */
  static async to(targetUrl: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetUrl);
    await new Promise<void>((resolve, reject) => {
      proxy.server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  /** The target's URL with this proxy in its place. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.toString();
  }

  get connections(): number {
    return this.pairs.size;
  }

  get mode(): ProxyMode {
    return this.current;
  }

  /** Takes effect at once; bytes that a black hole has taken are gone. */
  set mode(mode: ProxyMode) {
    this.current = mode;
  }

  /** Connections that ended at a reply so far, see {@link dropReplies} and {@link endAfterReplies}. */
  get endedAtReplies(): number {
    return this.ended;
  }

  /**
   * Breaks the connection in place of passing on the next replies that match: the service has done
   * what it was asked, and the instance cannot know.
   */
  dropReplies(matches: Matcher, count = 1): void {
    this.ending = { matches, lastWords: null, left: count };
  }

  /** Passes the next replies that match on together with `lastWords`, in one write, and ends the connection. */
  endAfterReplies(matches: Matcher, lastWords: Buffer, count: number): void {
    this.ending = { matches, lastWords, left: count };
  }

  /** Becomes a black hole at the next request that matches, which it swallows; resolves then. */
  async blackHoleAt(matches: Matcher): Promise<void> {
    await new Promise<void>((resolve) => {
      this.strike = { matches, done: resolve };
    });
  }

  /**
   * Passes nothing on any more over the connections there are, which stay open on both sides; new ones
   * are as the mode says. So ends a connection whose path has forgotten it.
   */
  halfOpen(): void {
    for (const pair of this.pairs) this.dead.add(pair);
  }

  /** New connections go to host and port of another URL; those that exist are broken. */
  switchTo(targetUrl: string): void {
    this.target = new URL(targetUrl);
    this.reset();
  }

  /** Breaks all connections with RST; new ones are as the mode says. */
  reset(): void {
    for (const [client, upstream] of this.pairs) {
      client.resetAndDestroy();
      upstream.destroy();
    }
  }

  async close(): Promise<void> {
    this.reset();
    await new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }

  private accept(client: Socket): void {
    if (this.current === 'refuse') {
      client.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const upstream = connect(Number(this.target.port), this.target.hostname);
    const pair = [client, upstream] as const;
    this.pairs.add(pair);
    for (const [from, to] of [pair, [upstream, client] as const]) {
      const waiting: Buffer[] = [];
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        if (from === client && this.strike?.matches(bytes) === true) {
          this.current = 'black-hole';
          this.strike.done();
          this.strike = null;
        }
        if (this.current === 'black-hole' || this.dead.has(pair)) return;
        if (from === upstream && this.endsAt(bytes, client)) return;
        waiting.push(from === upstream ? this.rewrite(bytes) : bytes);
        this.pass(waiting, from, to);
      });
      to.on('drain', () => from.resume());
      from.on('error', () => undefined);
      from.on('close', () => {
        this.pairs.delete(pair);
        to.destroy();
      });
    }
  }

  private endsAt(reply: Buffer, client: Socket): boolean {
    const { ending } = this;
    if (ending === null || ending.left === 0 || !ending.matches(reply)) return false;
    ending.left -= 1;
    this.ended += 1;
    if (ending.lastWords === null) client.resetAndDestroy();
    else client.end(Buffer.concat([reply, ending.lastWords]));
    return true;
  }

  /** Each turn takes the oldest bytes, so that a change of the delay keeps their order. */
  private pass(waiting: Buffer[], from: Socket, to: Socket): void {
    const passOldest = (): void => {
      const bytes = waiting.shift();
      if (bytes !== undefined && !to.destroyed && !to.write(bytes)) from.pause();
    };
    if (this.delayMs === 0 && waiting.length === 1) passOldest();
    else setTimeout(passOldest, this.delayMs);
  }
}
