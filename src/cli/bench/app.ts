import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { PrivateServices } from '../private-services.js';
import { Child } from './child.js';
import { Rest } from './rest.js';
import type { Target } from './workspace.js';

const READY_MS = 30_000;

/** This product, started as it is in production. */
export class App {
  readonly rest: Rest;

  private constructor(
    readonly child: Child,
    readonly port: number,
  ) {
    this.rest = new Rest(port);
  }

  /** With its defaults but for `variables`. */
  static async start(
    services: PrivateServices,
    target: Target,
    profileFolder: string | null,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<App> {
    const nodeArgs =
      profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
    const port = await freePort();
    const child = Child.start('the app', '../../main.js', {
      nodeArgs,
      env: {
        NODE_ENV: 'production',
        DATABASE_URL: services.databaseUrl,
        DATABASE_SCHEMA: target.schema,
        REDIS_URL: services.redisUrl,
        HEALTH_JOURNAL_KEY: target.journalKey,
        HEALTH_CHANNELS: target.channel,
        HEALTH_INSTANCE_ID: 'bench',
        HOST: '127.0.0.1',
        PORT: String(port),
        LOG_LEVEL: 'warn',
        LOG_FORMAT: 'json',
        ...variables,
      },
    });
    return new App(child, port);
  }

  /** @throws Error where it is not ready within 30 s. */
  async untilReady(): Promise<void> {
    const startMs = performance.now();
    for (;;) {
      this.child.assertAlive();
      const status = await this.rest.get('/health/ready').then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 200) return;
      if (performance.now() - startMs > READY_MS) throw new Error('the app does not become ready');
      await delay(50);
    }
  }

  async stop(): Promise<void> {
    this.rest.close();
    await this.child.stop();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  server.close();
  await once(server, 'close');
  return address.port;
}
