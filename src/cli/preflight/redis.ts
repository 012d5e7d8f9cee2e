import type { Redis } from 'ioredis';
import type { Environment } from '../../config/environment.js';
import type { Check } from './check.js';
import { redisRights } from './redis-access.js';
import { redisFacts } from './redis-facts.js';
import { redisMemory } from './redis-memory.js';
import { appendOnlyFile, eviction, pubsubBuffer, redisVersion } from './redis-server.js';

export async function redisChecks(redis: Redis, environment: Environment): Promise<Check[]> {
  const facts = await redisFacts(redis, environment.HEALTH_JOURNAL_KEY);
  return [
    redisVersion(facts),
    appendOnlyFile(facts),
    eviction(facts),
    redisMemory(facts, environment.HEALTH_JOURNAL_MAX_BYTES),
    pubsubBuffer(facts),
    await redisRights(redis, environment),
  ];
}

/** In µs since 1970, by the server's clock. */
export async function redisClockUs(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000_000 + Number(micros);
}
