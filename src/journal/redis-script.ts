import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { encodedCommand } from './encoded-command.js';

type Values = readonly (string | number | Buffer)[];

/** A Lua script that is sent by its digest, and whole only to a server that does not know it yet. */
export class RedisScript {
  private readonly digest: string;

  constructor(private readonly source: string) {
    this.digest = createHash('sha1').update(source).digest('hex');
  }

  async run(redis: Redis, keys: readonly string[], values: Values): Promise<unknown> {
    try {
      return await redis.evalsha(this.digest, keys.length, ...keys, ...values);
    } catch (error) {
      if (!isUnknown(error)) throw error;
      return await redis.eval(this.source, keys.length, ...keys, ...values);
    }
  }

  /** As {@link run}, for very many values. */
  async runWithMany(redis: Redis, keys: readonly string[], values: Values): Promise<unknown> {
    try {
      const parameters = [this.digest, keys.length, ...keys, ...values];
      return await redis.sendCommand(encodedCommand('evalsha', parameters));
    } catch (error) {
      if (!isUnknown(error)) throw error;
      return await redis.eval(this.source, keys.length, ...keys, ...values);
    }
  }

  /** As {@link run}; strings of the reply stay bytes. */
  async runForBytes(redis: Redis, keys: readonly string[], values: Values): Promise<unknown> {
    try {
      return await redis.callBuffer('EVALSHA', this.digest, keys.length, ...keys, ...values);
    } catch (error) {
      if (!isUnknown(error)) throw error;
      return await redis.callBuffer('EVAL', this.source, keys.length, ...keys, ...values);
    }
  }
}

const isUnknown = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('NOSCRIPT');
