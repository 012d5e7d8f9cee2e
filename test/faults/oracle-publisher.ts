import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { atRate } from '../support/pace.js';
import { OracleEvents } from './oracle-events.js';

const RETRY_MS = 50;

/** An event that the oracle has issued. All times are of the wall clock, in ms. */
export interface Issued {
  readonly id: string;
  /** `publish`: once, over pub/sub. `append`: XADD, again until it is acknowledged. */
  readonly via: 'publish' | 'append';
  /** When it was first sent. */
  readonly sentMs: number;
  /** When the first answer came, or it was given up; null while it is under way. */
  readonly settledMs: number | null;
  /** It left the publisher at least once; without a connection it does not. */
  readonly isSent: boolean;
  /** Redis has answered: for `append`, this is the acknowledgement. */
  readonly isAnswered: boolean;
}

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] };

export interface OraclePublisherOptions {
  readonly redisUrl: string;
  readonly channel: string;
  readonly journal: string;
  readonly fault: number;
  readonly seed: number;
  readonly eventsPerSecond: number;
}

/**
 * Issues events at a steady rate, every other one with PUBLISH, the rest with XADD, and knows of each
 * what became of it. A publisher as the documents want it: one that got no acknowledgement sends the
 * same event again.
 */
export class OraclePublisher {
  private readonly issued: Mutable<Issued>[] = [];
  private readonly stopping = new AbortController();
  private readonly publishing: Promise<void>;

  private constructor(
    private readonly redis: Redis,
    private readonly options: OraclePublisherOptions,
  ) {
    const events = new OracleEvents(options.fault, options.seed);
    const send = async (index: number): Promise<void> => {
      const event = events.next();
      const via = index % 2 === 0 ? 'publish' : 'append';
      const issued: Mutable<Issued> = {
        id: event.message_id,
        via,
        sentMs: Date.now(),
        settledMs: null,
        isSent: false,
        isAnswered: false,
      };
      this.issued.push(issued);
      const text = JSON.stringify(event);
      await (via === 'publish' ? this.publish(issued, text) : this.append(issued, text));
    };
    this.publishing = atRate(options.eventsPerSecond, Infinity, send, this.stopping.signal);
  }

  /** Begins to issue once it is connected. */
  static async start(options: OraclePublisherOptions): Promise<OraclePublisher> {
    const redis = new Redis(options.redisUrl, {
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      connectTimeout: 1_000,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      retryStrategy: () => RETRY_MS,
    });
    redis.on('error', () => undefined); // the command that meets it takes note
    await redis.connect();
    return new OraclePublisher(redis, options);
  }

  /** All that was issued so far, in order. */
  get all(): readonly Issued[] {
    return this.issued;
  }

  /** Events of one kind that were sent since a moment and that Redis has answered. */
  answeredSince(ms: number, via: Issued['via']): readonly Issued[] {
    return this.issued.filter((one) => one.via === via && one.isAnswered && one.sentMs >= ms);
  }

  /** Issues no more; resolves when each event is answered or given up. May be called again. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.publishing;
    if (this.redis.status !== 'end') this.redis.disconnect();
  }

  private async publish(issued: Mutable<Issued>, text: string): Promise<void> {
    issued.isSent = this.redis.status === 'ready';
    try {
      await this.redis.publish(this.options.channel, text);
      issued.isAnswered = true;
    } catch {
      // Nobody sends a message of pub/sub again.
    }
    issued.settledMs = Date.now();
  }

  private async append(issued: Mutable<Issued>, text: string): Promise<void> {
    const { journal, channel } = this.options;
    do {
      issued.isSent ||= this.redis.status === 'ready';
      try {
        await this.redis.xadd(journal, '*', channel, text);
        issued.isAnswered = true;
      } catch {
        await pause(RETRY_MS);
      }
    } while (!issued.isAnswered && !this.stopping.signal.aborted);
    issued.settledMs = Date.now();
  }
}
