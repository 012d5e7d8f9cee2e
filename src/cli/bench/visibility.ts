import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { EventEmitter } from 'node:events';
import { nowMs } from './clock.js';
import type { Rest } from './rest.js';

/** From the beginning of a look to that of the next; a longer look delays the next one. */
const LOOK_EVERY_MS = 3;
const SEEN_WITHIN_MS = 60_000;

/** An event of the probe service. */
export interface Probe {
  /** From 1. */
  readonly number: number;
  /** When it was to be sent, whenever it was. By {@link nowMs}. */
  readonly intendedMs: number;
}

/**
 * Watches `GET /services/{name}` of the probe service while any of its events is not visible there yet.
 * An event is visible when the answer's `message_count` reaches its number; its latency runs from the
 * intended time to the answer, so that it is too long by less than a look and the time between two.
 */
export class Visibility {
  private readonly latenciesMs: number[] = [];
  private readonly waiting: Probe[] = [];
  private readonly changes = new EventEmitter();
  private readonly watching: Promise<void>;
  private isEnding = false;

  constructor(
    private readonly rest: Rest,
    private readonly service: string,
  ) {
    this.watching = this.watch();
    this.watching.catch(() => undefined); // told by `end`
  }

  expect(probe: Probe): void {
    this.waiting.push(probe);
    this.changes.emit('change');
  }

  /** Waits until all are seen. @throws Error where one is not within a minute. */
  async end(): Promise<readonly number[]> {
    this.isEnding = true;
    this.changes.emit('change');
    await this.watching;
    return this.latenciesMs;
  }

  private async watch(): Promise<void> {
    for (;;) {
      const [oldest] = this.waiting;
      if (oldest === undefined) {
        if (this.isEnding) return;
        await once(this.changes, 'change');
        continue;
      }
      const beganMs = nowMs();
      const count = await this.count();
      const seenMs = nowMs();
      while ((this.waiting[0]?.number ?? Number.POSITIVE_INFINITY) <= count) {
        this.latenciesMs.push(seenMs - (this.waiting.shift()?.intendedMs ?? seenMs));
      }
      if (this.waiting[0] === oldest && seenMs - oldest.intendedMs > SEEN_WITHIN_MS) {
        throw new Error(`event ${oldest.number} of the probe service does not become visible`);
      }
      await delay(Math.max(0, LOOK_EVERY_MS - (seenMs - beganMs)));
    }
  }

  private async count(): Promise<number> {
    const { status, text } = await this.rest.get(`/api/v1/health/services/${this.service}`);
    if (status === 404) return 0;
    if (status !== 200) throw new Error(`the probe service is answered with ${status}`);
    return (JSON.parse(text) as { message_count: number }).message_count;
  }
}
