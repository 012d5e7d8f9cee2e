import type { Log } from './log.js';
import type { Metrics } from './metrics.js';

/** The sides of the accounts that each process keeps. */
export type Equation = 'ingest' | 'consumer';

/**
 * Compares what the counters leave over with what is really in hand, counted where it lies. They are
 * equal at any moment between two turns of the event loop; a difference is an event that nobody
 * accounts for, and is told once each time it changes.
 */
export class Balance {
  private told = 0;

  /** Both in events. */
  constructor(
    private readonly equation: Equation,
    private readonly leftOver: () => number,
    private readonly inHand: () => number,
    metrics: Metrics,
    private readonly log: Log,
  ) {
    metrics.onCollect(() => {
      metrics.imbalance.set({ equation }, this.difference);
    });
  }

  /** To be called now and then. */
  check(): void {
    const { difference } = this;
    if (difference === this.told) return;
    this.told = difference;
    const fields = { equation: this.equation, events: difference };
    if (difference === 0) this.log.info(fields, 'accounting.balanced');
    else this.log.error(fields, 'accounting.imbalance');
  }

  private get difference(): number {
    return this.leftOver() - this.inHand();
  }
}
