import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a reporter's check asks: answers 200, or 503 where {@link isWell} is false. */
export class HealthPage {
  isWell = true;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((_request, response) => {
      response.writeHead(this.isWell ? 200 : 503).end();
    });
  }

  /** Listens on a free port of loopback. */
  static async open(): Promise<HealthPage> {
    const page = new HealthPage();
    await new Promise<void>((resolve) => page.server.listen(0, '127.0.0.1', resolve));
    return page;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
