import type { Micros } from '../../../events/health-event.js';
import type { Delivery } from '../world/deliveries.js';
import type { Reception } from '../world/receptions.js';
import { MILLISECOND } from '../world/time.js';

/** What a report says of its instance; `left` is a leave word. */
export type Word = 'healthy' | 'degraded' | 'unhealthy' | 'unknown' | 'left';

const WORDS: Readonly<Record<Delivery['report']['condition'], Word>> = {
  healthy: 'healthy',
  degraded: 'degraded',
  unhealthy: 'unhealthy',
  starting: 'unknown',
  leaving: 'left',
};

/** A report that was heard, once. */
export interface Heard {
  /** Of the report: later ones have a higher number. */
  readonly number: number;
  readonly receivedUs: Micros;
  /** The earlier of what the publisher's clock said and the reception: its place in event time. */
  readonly effectiveUs: Micros;
  readonly word: Word;
  /** As the report promised it; null: it did not. */
  readonly ttlSeconds: number | null;
}

/** All that was published by one instance, and what was heard of it, in the order of reception. */
export interface InstanceLedger {
  readonly serviceName: string;
  readonly instanceId: string;
  readonly heard: Heard[];
  /** Arrivals at Redis, heard or not; a repetition is not one. */
  readonly arrivedUs: Micros[];
}

/** Keeps account of what was published and of what was heard, instance by instance. */
export class Ledger {
  private readonly byName = new Map<string, InstanceLedger>();
  private readonly arrived = new Set<number>();
  /** Those that arrived, and that nobody heard. */
  private readonly unheard = new Set<number>();
  private heardCount = 0;

  record({ delivery, receivedUs }: Reception): void {
    const { report, service, number } = delivery;
    const { serviceName, instanceId } = report.spell;
    const ledger = this.of(serviceName, instanceId);
    if (!this.arrived.has(number)) ledger.arrivedUs.push(delivery.deliveredUs);
    else if (!this.unheard.delete(number)) return;
    this.arrived.add(number);
    if (receivedUs === null) {
      this.unheard.add(number);
      return;
    }
    this.heardCount += 1;
    ledger.heard.push({
      number,
      receivedUs,
      effectiveUs: Math.min(receivedUs, delivery.timestampMs * MILLISECOND),
      word: WORDS[report.condition],
      ttlSeconds: service.ttlSeconds,
    });
  }

  /** Reports that were heard; repetitions do not count. */
  get count(): number {
    return this.heardCount;
  }

  of(serviceName: string, instanceId: string): InstanceLedger {
    const key = `${serviceName}/${instanceId}`;
    let ledger = this.byName.get(key);
    if (ledger === undefined) {
      ledger = { serviceName, instanceId, heard: [], arrivedUs: [] };
      this.byName.set(key, ledger);
    }
    return ledger;
  }

  instances(): InstanceLedger[] {
    return [...this.byName.values()];
  }
}
