import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { testServices } from './services.js';
import { waitUntil } from './wait-until.js';

/** As the services of the project are set up, so that what is acknowledged survives a kill. */
const DURABLE: RedisDirectives = {
  appendonly: 'yes',
  appendfsync: 'always',
  save: '',
  'maxmemory-policy': 'noeviction',
  'enable-debug-command': 'local',
};
const START_MS = 20_000;

/** Directives of redis.conf by name. */
export type RedisDirectives = Readonly<Record<string, string>>;

/**
 * Where a redis-server is that a test may start for itself: beside the redis-cli of the unpacked
 * packages, else on PATH; null where there is none.
 */
export function redisServerProgram(): string | null {
  const beside = path.join(path.dirname(testServices().redisCli), 'redis-server');
  const onPath = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, 'redis-server'));
  return [beside, ...onPath].find((file) => path.isAbsolute(file) && existsSync(file)) ?? null;
}

/**
 * A Redis of a test's own on loopback, which it may configure, stop and kill. Durable and without
 * eviction unless the directives say otherwise. Its data is kept from one start to the next.
 */
export class PrivateRedis {
  private child: ChildProcess | null = null;
  private connection: Redis | null = null;

  private constructor(
    private readonly program: readonly string[],
    /** Holds its data and its log. */
    readonly folder: string,
    readonly port: number,
    private readonly directives: RedisDirectives,
  ) {}

  /**
   * @param launcher a command that runs the server in its place, such as one that enters a namespace
   * @throws Error where {@link redisServerProgram} finds none, or the server does not start.
   */
  static async start(
    directives: RedisDirectives = {},
    launcher: readonly string[] = [],
  ): Promise<PrivateRedis> {
    const program = redisServerProgram();
    if (program === null) throw new Error('there is no redis-server that a test may start');
    const folder = await mkdtemp(path.join(tmpdir(), 'health-monitor-redis-'));
    const redis = new PrivateRedis([...launcher, program], folder, await freePort(), {
      ...DURABLE,
      dir: folder,
      ...directives,
    });
    await redis.start();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get isRunning(): boolean {
    return this.child !== null;
  }

  /** What the server has written about itself. */
  async log(): Promise<string> {
    return await readFile(this.logFile, 'utf8');
  }

  /** Starts the server again with its data; resolves when it has loaded it. */
  async start(): Promise<void> {
    const settings = { port: this.port, bind: '127.0.0.1', logfile: this.logFile };
    const options = Object.entries({ ...settings, ...this.directives });
    const words = options.flatMap(([name, value]) => [`--${name}`, String(value)]);
    const [command = '', ...before] = this.program;
    const child = spawn(command, [...before, ...words], { stdio: 'ignore' });
    this.child = child;
    child.once('exit', () => {
      if (this.child === child) this.child = null;
    });
    await waitUntil(
      `Redis answers on port ${this.port}`,
      async () => {
        if (!this.isRunning) throw new Error(`Redis ended at start:\n${await this.log()}`);
        return (await this.command('PING')) === 'PONG';
      },
      { deadlineMs: START_MS },
    );
  }

  /** Resolves when the server has ended by itself. */
  async ended(): Promise<void> {
    await waitUntil('Redis has ended', () => !this.isRunning, { deadlineMs: START_MS });
    this.connection?.disconnect();
    this.connection = null;
  }

  /** Ends the server and resolves when it has ended. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.connection?.disconnect();
    this.connection = null;
    const { child } = this;
    if (child === null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** Sends a signal to the server, such as SIGSTOP, and does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Sends a command over a connection of the test's own and resolves to its reply. */
  async command(...words: readonly [string, ...(string | number)[]]): Promise<unknown> {
    this.connection ??= new Redis(this.port, '127.0.0.1', {
      maxRetriesPerRequest: 0,
      retryStrategy: () => 20,
    }).on('error', () => undefined);
    const [name, ...rest] = words;
    return await this.connection.call(name, ...rest);
  }

  /** Ends the server and deletes its data. */
  async close(): Promise<void> {
    this.signal('SIGCONT');
    await this.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  private get logFile(): string {
    return path.join(this.folder, 'redis.log');
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
