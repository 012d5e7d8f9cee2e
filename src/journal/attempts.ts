import type { Redis } from 'ioredis';
import type { JournalKeys } from './keys.js';

/** Longer than anybody leaves an entry pending; what is left over by a dead process ends with it. */
const KEPT_SECONDS = 7 * 86_400;

/** One event of the journal. */
export interface EventPlace {
  readonly journalId: string;
  /** The event's place in the entry, from 0. */
  readonly index: number;
}

/**
 * Counts how often single events were tried, outside of the processes that try: an event may end the
 * process that tries it. Every method rejects where Redis does not answer.
 */
export class Attempts {
  constructor(
    private readonly redis: Redis,
    private readonly keys: JournalKeys,
    private readonly group: string,
  ) {}

  /** To be called before an attempt. Returns the number of this one, from 1. */
  async begin(place: EventPlace): Promise<number> {
    const count = await this.redis.hincrby(this.key, fieldOf(place), 1);
    await this.redis.expire(this.key, KEPT_SECONDS);
    return count;
  }

  /** The attempt said nothing about the event. */
  async takeBack(place: EventPlace): Promise<void> {
    await this.redis.hincrby(this.key, fieldOf(place), -1);
  }

  /** The event is settled. */
  async end(place: EventPlace): Promise<void> {
    await this.redis.hdel(this.key, fieldOf(place));
  }

  private get key(): string {
    return this.keys.attempts(this.group);
  }
}

const fieldOf = ({ journalId, index }: EventPlace): string => `${journalId} ${String(index)}`;
