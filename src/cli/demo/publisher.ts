import type { Redis } from 'ioredis';
import { backoffMs, pause } from '../../runtime/backoff.js';
import { textOf } from '../../runtime/error-text.js';

/**
 * Publishes on one channel, one message after the other. Redis keeps none for those who come later,
 * so a message counts as published once somebody has received it, and until then is tried again,
 * the same bytes each time. Says once that it has to wait, and once that it goes on.
 */
export class Publisher {
  private isWaiting = false;

  constructor(
    private readonly redis: Redis,
    private readonly channel: string,
    private readonly say: (line: string) => void,
  ) {}

  /** Resolves false where the signal ended the wait. */
  async publish(message: string, signal: AbortSignal): Promise<boolean> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const problem = await this.attempt(message);
      if (problem === null) {
        if (this.isWaiting) this.say('goes on');
        this.isWaiting = false;
        return true;
      }
      if (!this.isWaiting) this.say(`waits: ${problem}`);
      this.isWaiting = true;
      await pause(backoffMs(attempt), signal);
    }
    return false;
  }

  /** Tries all at once, and none of them again. */
  async publishOnce(messages: readonly string[]): Promise<void> {
    await Promise.all(messages.map(async (message) => await this.attempt(message)));
  }

  /** Null, or why nobody received it. */
  private async attempt(message: string): Promise<string | null> {
    try {
      const receivers = await this.redis.publish(this.channel, message);
      return receivers > 0 ? null : `nobody listens on ${this.channel}`;
    } catch (error) {
      return this.redis.status === 'ready' ? textOf(error) : 'Redis is away';
    }
  }
}
