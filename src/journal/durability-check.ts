import type { OnApplicationBootstrap } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { Log } from '../observability/log.js';
import { durabilityProblems, persistenceOf } from './durability.js';

/**
 * Says in the log, `redis.not_durable`, where the Redis it works with may lose what it acknowledges: at
 * the first connection, and at a later one if the reasons are others then. What Redis does not let be
 * read is not judged.
 */
export class DurabilityCheck implements OnApplicationBootstrap {
  private said = '';

  constructor(
    private readonly redis: Redis,
    private readonly isEnabled: boolean,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.isEnabled) return;
    this.redis.on('ready', () => void this.check());
    if (this.redis.status === 'ready') void this.check();
  }

  private async check(): Promise<void> {
    const problems = (await readDurabilityProblems(this.redis)) ?? [];
    const saying = problems.join('; ');
    if (saying !== this.said && problems.length > 0)
      this.log.warn({ problems }, 'redis.not_durable');
    this.said = saying;
  }
}

/** Why a Redis may lose what it acknowledged; null where it tells nothing. Never rejects. */
export async function readDurabilityProblems(redis: Redis): Promise<readonly string[] | null> {
  const info = async (section: string): Promise<string> =>
    await redis.info(section).catch(() => '');
  const [persistence, memory, configuration] = await Promise.all([
    info('persistence'),
    info('memory'),
    redis.config('GET', 'append*', 'maxmemory-policy').catch(() => []),
  ]);
  const reply = configuration as readonly string[];
  if (persistence === '' && memory === '' && reply.length === 0) return null;
  return durabilityProblems(persistenceOf(`${persistence}\n${memory}`, reply));
}
