import { Redis, type RedisOptions } from 'ioredis';
import type { Log } from '../observability/log.js';
import { backoffMs } from './backoff.js';

/** What a connection is for; each has its own, as one that blocks or is subscribed can do no more. */
export type RedisRole = 'subscriber' | 'commands' | 'reader';

/**
 * An answer that takes longer is taken for a dead connection. Above every BLOCK of a read; and twice
 * of it is below the 10 s of a recovery, as a read may not be sent before an acknowledgement has
 * found its own connection dead.
 */
export const COMMAND_TIMEOUT_MS = 4_000;

/** What is published while nobody listens is lost, and an attempt costs next to nothing. */
const MAX_RECONNECT_WAIT_MS = 500;

/**
 * A connection that reconnects for ever, waits at most half a second between attempts, and never repeats a
 * command by itself: whoever sent it knows whether that is safe. Not connected until `connect()`.
 *
 * The state is logged at each change, and while it is down each reason once, not at each attempt.
 */
export function createRedis(url: string, role: RedisRole, log: Log, connectionName: string): Redis {
  const options: RedisOptions = {
    lazyConnect: true,
    connectionName: `${connectionName}:${role}`.replaceAll(/\s/g, '-'),
    connectTimeout: 3_000,
    disconnectTimeout: 200,
    keepAlive: 10_000,
    retryStrategy: (attempt) => backoffMs(attempt, Math.random, MAX_RECONNECT_WAIT_MS),
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    enableOfflineQueue: false,
    ...(role === 'subscriber' ? {} : { commandTimeout: COMMAND_TIMEOUT_MS }),
  };
  const redis = new Redis(url, options);
  reconnectOnSilence(redis);
  let isDown = false;
  /** Since it is down; a refusal may follow a mere disconnection, and is what somebody must know. */
  const reasons = new Set<string>();
  redis.on('ready', () => {
    log.info({ role }, isDown ? 'redis.reconnected' : 'redis.connected');
    isDown = false;
    reasons.clear();
  });
  redis.on('error', (error: Error) => {
    isDown = true;
    if (reasons.has(error.message)) return;
    reasons.add(error.message);
    const isRefusal = error.name === 'ReplyError'; // by Redis itself: waiting does not help
    log[isRefusal ? 'error' : 'warn']({ role, error }, 'redis.unreachable');
  });
  redis.on('close', () => {
    if (isDown || redis.status === 'end') return;
    isDown = true;
    log.warn({ role }, 'redis.disconnected');
  });
  return redis;
}

/** Starts the first connection; later ones, and its failure, are the retry strategy's business. */
export function connectInBackground(redis: Redis): void {
  redis.connect().catch(() => undefined);
}

/**
 * A command that got no answer leaves the connection unusable: what is sent later queues up behind
 * it, and a late answer, entries of the journal among them, would be dropped.
 */
function reconnectOnSilence(redis: Redis): void {
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (...parameters: Parameters<Redis['sendCommand']>): unknown => {
    const reply = send(...parameters);
    if (reply instanceof Promise) {
      reply.catch((error: unknown) => {
        const isTimeout = error instanceof Error && error.message === 'Command timed out';
        if (isTimeout && redis.status === 'ready') redis.disconnect(true);
      });
    }
    return reply;
  };
}
