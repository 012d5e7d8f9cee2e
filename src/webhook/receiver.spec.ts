import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
} from 'node:net';
import { type Outcome, Receiver } from './receiver.js';

const LIMITS = { connectMs: 300, wholeMs: 500 };
const NEVER = new AbortController().signal;
const BODY = '{"id":"x"}';

const open: (Server | TcpServer)[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

async function listening(server: Server | TcpServer): Promise<string> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook`;
}

const serving = async (listener: RequestListener): Promise<string> =>
  await listening(createServer(listener));

const post = async (url: string, signal = NEVER, mayBePrivate = true): Promise<Outcome> =>
  await new Receiver(url, mayBePrivate, LIMITS).post({ 'X-Test': 'yes' }, BODY, signal);

const failed = (error: unknown): unknown => ({ kind: 'failed', error });

describe('an answer', () => {
  it.each([
    [200, { kind: 'delivered' }],
    [204, { kind: 'delivered' }],
    [400, failed('answered 400')],
    [410, failed('answered 410')],
    [429, failed('answered 429')],
    [500, failed('answered 500')],
    [503, failed('answered 503')],
  ])('of %i', async (status, outcome) => {
    const url = await serving((_, response) => response.writeHead(status).end('text'));
    expect(await post(url)).toEqual(outcome);
  });

  it('that redirects is not followed', async () => {
    let reached = 0;
    const elsewhere = await serving((_, response) => {
      reached += 1;
      response.end();
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const url = await serving((_, response) =>
        response.writeHead(status, { Location: elsewhere }).end(),
      );
      expect(await post(url)).toEqual(
        failed(`answered ${String(status)}; redirects are not followed`),
      );
    }
    expect(reached).toBe(0);
  });

  it('that never comes is not waited for', async () => {
    const url = await serving(() => undefined);
    expect(await post(url)).toEqual(failed('no answer within 500 ms'));
  });

  it('whose body never ends counts by its status', async () => {
    const dripping = await serving((_, response) => response.writeHead(200).write('a'));
    expect(await post(dripping)).toEqual({ kind: 'delivered' });
    const flooding = await serving((_, response) => {
      response.writeHead(500);
      const flood = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        if (!response.destroyed) response.once('drain', flood);
      };
      flood();
    });
    const startedMs = performance.now();
    expect(await post(flooding)).toEqual(failed('answered 500'));
    expect(performance.now() - startedMs).toBeLessThan(LIMITS.wholeMs);
  });

  it('is no longer waited for when the application stops', async () => {
    const stopping = new AbortController();
    const url = await serving(() => {
      stopping.abort();
    });
    expect(await post(url, stopping.signal)).toEqual(failed('stopped before the answer came'));
    expect(await post(url, stopping.signal)).toEqual(failed('stopped before the answer came'));
  });
});

describe('a receiver', () => {
  it('gets the body and headers as they are', async () => {
    const url = await serving((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const isRight =
          request.method === 'POST' &&
          request.url === '/hook' &&
          request.headers['x-test'] === 'yes' &&
          Buffer.concat(chunks).toString() === BODY;
        response.writeHead(isRight ? 200 : 400).end();
      });
    });
    expect(await post(url)).toEqual({ kind: 'delivered' });
  });

  it('that is not there is a failure', async () => {
    const url = await serving(() => undefined);
    const [server] = open.splice(0);
    server?.close();
    expect(await post(url)).toEqual(failed(expect.stringContaining('ECONNREFUSED')));
  });

  it('that hangs up is a failure', async () => {
    const url = await serving((request) => request.socket.destroy());
    expect(await post(url)).toEqual(failed(expect.stringMatching(/hang up|ECONNRESET/)));
  });

  it('that does not finish its part of TLS is not waited for', async () => {
    const url = await listening(createTcpServer((socket) => socket.resume()));
    const outcome = await post(url.replace('http:', 'https:'));
    expect(outcome).toEqual(failed('no connection within 300 ms'));
  });

  it.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]'])(
    'at %s is not connected to unless that is allowed',
    async (host) => {
      let connections = 0;
      const server = createServer((_, response) => response.end());
      server.on('connection', () => {
        connections += 1;
      });
      const url = (await listening(server)).replace('127.0.0.1', host);
      expect(await post(url, NEVER, false)).toEqual(
        failed(expect.stringContaining('HEALTH_WEBHOOK_ALLOW_PRIVATE')),
      );
      expect(connections).toBe(0);
      expect(await post(url)).toEqual({ kind: 'delivered' });
    },
  );
});
