import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { waitUntil } from '../support/wait-until.js';
import { oracleIdIn } from './oracle-events.js';

const GROUP = 'oracle';
const READ_ENTRIES = 500;
const BLOCK_MS = 200;
const RETRY_MS = 50;

type Reply = [string, [string, string[] | null][]][] | null;

/**
 * Sees every entry of the journal, through a group of its own: what it has seen was acknowledged by
 * the journal, whoever appended it. Reads all the time, so that it knows what somebody deletes later.
 */
export class JournalWatch {
  private readonly ids = new Map<string, number>();
  private readonly stopping = new AbortController();
  private readonly watching: Promise<void>;
  private lastEntry = '0-0';

  private constructor(
    private readonly redis: Redis,
    private readonly journal: string,
  ) {
    this.watching = this.watch();
  }

  /** Makes the stream if it is not there yet. */
  static async open(redisUrl: string, journal: string): Promise<JournalWatch> {
    const redis = new Redis(redisUrl, {
      maxRetriesPerRequest: 0,
      connectTimeout: 1_000,
      retryStrategy: () => RETRY_MS,
    });
    redis.on('error', () => undefined); // the command that meets it is repeated
    await redis.xgroup('CREATE', journal, GROUP, '0', 'MKSTREAM');
    return new JournalWatch(redis, journal);
  }

  /** Ids of the oracle's events in all that was journaled, with the time of their entry in ms. */
  get seen(): ReadonlyMap<string, number> {
    return this.ids;
  }

  /** Resolves when it has seen the newest entry there is. */
  async upToDate(): Promise<void> {
    await waitUntil('the watch has seen all of the journal', async () => {
      const newest = (await this.redis.xrevrange(this.journal, '+', '-', 'COUNT', 1))[0]?.[0];
      return newest === undefined || newest === this.lastEntry;
    });
  }

  /** Gives up its group, so that the journal can be trimmed again. May be called again. */
  async close(): Promise<void> {
    this.stopping.abort();
    await this.watching;
    if (this.redis.status === 'end') return;
    await this.redis.xgroup('DESTROY', this.journal, GROUP).catch(() => undefined);
    this.redis.disconnect();
  }

  private async watch(): Promise<void> {
    let from: '0' | '>' = '>';
    while (!this.stopping.signal.aborted) {
      try {
        const entries = await this.read(from);
        if (entries === 0 && from === '0') from = '>';
      } catch (error) {
        from = '0'; // what was delivered into a connection that broke comes again
        if (String(error).includes('NOGROUP')) await this.joinAgain();
        await pause(RETRY_MS);
      }
    }
  }

  /** Entries read. */
  private async read(from: '0' | '>'): Promise<number> {
    const reply = (await this.redis.xreadgroup(
      ...(['GROUP', GROUP, 'watch', 'COUNT', READ_ENTRIES, 'BLOCK', BLOCK_MS] as const),
      ...(['STREAMS', this.journal, from] as const),
    )) as Reply;
    const entries = reply?.[0]?.[1] ?? [];
    for (const [id, fields] of entries) {
      for (const text of fields ?? []) {
        const event = oracleIdIn(text);
        if (event !== null && !this.ids.has(event)) this.ids.set(event, Number.parseInt(id));
      }
      this.lastEntry = id;
    }
    if (entries.length > 0) {
      await this.redis.xack(this.journal, GROUP, ...entries.map(([id]) => id));
    }
    return entries.length;
  }

  /** Not before somebody has made the stream: that is for the application to do. */
  private async joinAgain(): Promise<void> {
    await this.redis.xgroup('CREATE', this.journal, GROUP, '0').catch(() => undefined);
  }
}
