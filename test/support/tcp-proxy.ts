import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What a {@link TcpProxy} does with connections:
 *
 * - `forward`: passes bytes on, both ways;
 * - `refuse`: ends new connections at once; those that exist go on;
 * - `black-hole`: takes connections and bytes, and passes nothing on: half-open.
 */
export type ProxyMode = 'forward' | 'refuse' | 'black-hole';

/** Stands between an instance and a service, and fails on request. Listens on loopback. */
export class TcpProxy {
  private readonly server: Server;
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private current: ProxyMode = 'forward';

  private constructor(private readonly target: URL) {
    this.server = createServer({ allowHalfOpen: false }, (client) => {
      this.accept(client);
    });
  }

  /** Begins to forward to host and port of a URL. */
  static async to(targetUrl: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(targetUrl));
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
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        if (this.current === 'black-hole') return;
        if (!to.write(bytes)) from.pause();
      });
      to.on('drain', () => from.resume());
      from.on('error', () => undefined);
      from.on('close', () => {
        this.pairs.delete(pair);
        to.destroy();
      });
    }
  }
}
