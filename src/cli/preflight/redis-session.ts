import { Redis } from 'ioredis';
import { textOf } from '../../runtime/error-text.js';
import { COMMAND_TIMEOUT_MS } from '../../runtime/redis.js';
import { type Check, requirement } from './check.js';
import { connectionTrouble } from './network.js';

const CONNECT_TIMEOUT_MS = 3_000;

const reachable = requirement('redis access', 'an address, user and password that let us in');

/** A connection, or the reason why there is none. */
export type RedisSession =
  | { readonly redis: Redis; readonly check: Check }
  | { readonly redis: null; readonly check: Check };

/** To be disconnected by the caller. One attempt, and none again when the connection breaks. */
export async function openRedis(url: string): Promise<RedisSession> {
  if (!URL.canParse(url)) {
    return { redis: null, check: reachable.failed('no address', 'correct REDIS_URL') };
  }
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    disconnectTimeout: 200,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    enableReadyCheck: false,
    connectionName: 'health-monitor-preflight',
  });
  const told: Error[] = [];
  redis.on('error', (error: Error) => told.push(error));
  try {
    await redis.connect();
    await redis.ping();
    return { redis, check: reachable.ok(`a connection to ${hostOf(url)}`) };
  } catch (error) {
    redis.disconnect();
    return { redis: null, check: unreachable(url, told[0] ?? error) };
  }
}

function unreachable(url: string, error: unknown): Check {
  const text = textOf(error);
  const user = decodeURIComponent(new URL(url).username) || 'default';
  if (text.startsWith('WRONGPASS')) {
    return reachable.failed(
      `user "${user}" refused for its password`,
      'correct user and password in REDIS_URL',
    );
  }
  if (text.startsWith('NOAUTH')) {
    return reachable.failed(
      'a Redis that wants a password',
      'give one: redis://:password@host:port',
    );
  }
  const trouble = connectionTrouble(error, hostOf(url), 'Redis', 'REDIS_URL');
  const [found, whatToDo] = trouble ?? [text, 'mend what it says, or correct REDIS_URL'];
  return reachable.failed(found, whatToDo);
}

const hostOf = (url: string): string => {
  const { host, port } = new URL(url);
  return port === '' ? `${host}:6379` : host;
};
