import type { Batch } from '../../../consumer/batch.js';
import type { Micros } from '../../../events/health-event.js';
import { Random } from '../../random.js';
import { messageOf } from '../world/message.js';
import type { Reception } from '../world/receptions.js';
import { SECOND } from '../world/time.js';
import type { Product } from './product.js';

const CHANNEL = 'health:events';
/** Shorter than every wait, so that nobody falls due among what one batch holds. */
const MAX_BATCH_SPAN: Micros = 30 * SECOND;
const MAX_BATCH_EVENTS = 1_000;
/** Of so many batches one is small. */
const SMALL_OF = 10;
const MAX_SMALL_EVENTS = 8;

/** The journal: what was received and is not committed yet, in batches of sizes that a seed decides. */
export class Backlog {
  private readonly batches: Batch[] = [];
  private readonly random: Random;
  private batch: Batch;
  private size: number;
  private entries = 0;

  constructor(
    private readonly product: Product,
    seed: number,
  ) {
    this.random = new Random(seed, 'batches');
    this.batch = product.newBatch();
    this.size = this.nextSize();
  }

  /** A batch has been filled. */
  get isDue(): boolean {
    return this.batches.length > 0;
  }

  add({ delivery }: Reception, receivedUs: Micros): void {
    const startUs = this.batch.oldestAtUs ?? receivedUs;
    if (this.batch.events >= this.size || receivedUs > startUs + MAX_BATCH_SPAN) this.close();
    this.entries += 1;
    const raw = messageOf(delivery);
    const id = `${String(Math.floor(receivedUs / 1_000))}-${String(this.entries)}`;
    const events = [{ source: CHANNEL, raw }];
    this.batch.add({ id, atUs: receivedUs, events, bytes: raw.length }, receivedUs);
  }

  /** Commits all there is, in order. */
  async commit(): Promise<void> {
    if (this.batch.events > 0) this.close();
    for (const batch of this.batches.splice(0)) await this.product.commit(batch);
  }

  private close(): void {
    this.batch.close();
    this.batches.push(this.batch);
    this.batch = this.product.newBatch();
    this.size = this.nextSize();
  }

  private nextSize(): number {
    return this.random.whole(1, SMALL_OF) === 1
      ? this.random.whole(1, MAX_SMALL_EVENTS)
      : this.random.whole(MAX_SMALL_EVENTS, MAX_BATCH_EVENTS);
  }
}
