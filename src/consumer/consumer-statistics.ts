import { Injectable } from '@nestjs/common';
import { Metrics } from '../observability/metrics.js';
import type { Settled } from './work.js';

const RATE_WINDOW_SECONDS = 10;

/**
 * What this process made of the journal. Always: read = stored + duplicate + deadLettered + inFlight.
 */
@Injectable()
export class ConsumerStatistics {
  read = 0;
  stored = 0;
  duplicate = 0;
  deadLettered = 0;
  /** Null before the first batch. */
  lastSettledAtMs: number | null = null;
  readonly startedAtMs = Date.now();
  /** Events settled per second of the last seconds, newest last. */
  private readonly perSecond: { second: number; events: number }[] = [];

  constructor(private readonly metrics: Metrics) {
    metrics.onCollect(() => {
      metrics.inFlight.set(this.inFlight);
    });
  }

  get inFlight(): number {
    return this.read - this.stored - this.duplicate - this.deadLettered;
  }

  /** Events this instance has finished with. */
  get settled(): number {
    return this.stored + this.duplicate + this.deadLettered;
  }

  countRead(events: number): void {
    this.read += events;
    this.metrics.read.inc(events);
  }

  countSettled(settled: Settled, nowMs: number): void {
    this.stored += settled.stored;
    this.duplicate += settled.duplicate;
    this.deadLettered += settled.deadLetters.length;
    this.metrics.stored.inc(settled.stored);
    this.metrics.duplicate.inc(settled.duplicate);
    for (const reason of settled.deadLetters) this.metrics.deadLettered.inc({ reason });
    this.lastSettledAtMs = nowMs;
    const second = Math.floor(nowMs / 1_000);
    const newest = this.perSecond.at(-1);
    const events = settled.stored + settled.duplicate + settled.deadLetters.length;
    if (newest?.second === second) newest.events += events;
    else this.perSecond.push({ second, events });
    while ((this.perSecond[0]?.second ?? second) <= second - RATE_WINDOW_SECONDS) {
      this.perSecond.shift();
    }
  }

  /** Events settled per second, over the last ten seconds. */
  ratePerSecond(nowMs: number): number {
    const since = Math.floor(nowMs / 1_000) - RATE_WINDOW_SECONDS;
    const events = this.perSecond
      .filter(({ second }) => second > since)
      .reduce((sum, entry) => sum + entry.events, 0);
    return events / RATE_WINDOW_SECONDS;
  }
}
