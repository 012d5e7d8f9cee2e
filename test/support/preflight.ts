import type { Check } from '../../src/cli/preflight/check.js';
import { runCommand } from './command.js';
import { OwnDatabase } from './own-database.js';
import { PrivateRedis } from './private-redis.js';
import { TcpProxy } from './tcp-proxy.js';

export type Variables = Readonly<Record<string, string>>;

/** What preflight said, and how it ended. */
export interface Verdict {
  readonly code: number | null;
  readonly checks: readonly Check[];
  /** Those that failed: the name, and all that is said of it in one line. */
  readonly failed: readonly (readonly [name: string, line: string])[];
}

/** A migrated database and a Redis that preflight finds nothing wrong with, and that a test may break. */
export class Preflight {
  private constructor(
    readonly database: OwnDatabase,
    readonly redis: PrivateRedis,
    readonly databaseProxy: TcpProxy,
    readonly redisProxy: TcpProxy,
  ) {}

  /** @param id unique among all runs on the same server */
  static async open(id: string): Promise<Preflight> {
    const database = await OwnDatabase.create(id, { hasTimescale: true });
    const redis = await PrivateRedis.start({ maxmemory: '2gb' });
    const proxies = [await TcpProxy.to(database.url), await TcpProxy.to(redis.url)] as const;
    const preflight = new Preflight(database, redis, ...proxies);
    await runCommand('src/cli/migrate.js', preflight.environment);
    return preflight;
  }

  get environment(): Variables {
    return { DATABASE_URL: this.database.url, REDIS_URL: this.redis.url };
  }

  /** Runs the command with these variables in the place of those that are right. */
  async run(variables: Variables = {}, options: readonly string[] = []): Promise<Verdict> {
    const environment = { ...this.environment, ...variables };
    const { code, stdout, errorLines } = await runCommand('src/cli/preflight.js', environment, [
      '--json',
      ...options,
    ]);
    if (!stdout.startsWith('[')) throw new Error(`preflight said: ${errorLines.join('\n')}`);
    const checks = JSON.parse(stdout) as Check[];
    const failed = checks
      .filter(({ state }) => state === 'failed')
      .map(({ name, found, needed, what_to_do }) => {
        return [name, `${found}; needed: ${needed}; to do: ${what_to_do ?? ''}`] as const;
      });
    return { code, checks, failed };
  }

  async close(): Promise<void> {
    await this.databaseProxy.close();
    await this.redisProxy.close();
    await this.redis.close();
    await this.database.drop();
  }
}

/** The URL with a part of it changed. */
export function urlWith(
  url: string,
  change: Partial<Pick<URL, 'password' | 'pathname' | 'port' | 'username'>>,
): string {
  return Object.assign(new URL(url), change).href;
}
