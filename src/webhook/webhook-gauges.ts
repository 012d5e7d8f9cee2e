import { Injectable } from '@nestjs/common';
import { Metrics } from '../observability/metrics.js';
import type { Backlog } from './outbox.js';

/** What scrapes learn of the outbox: as measured last, the age running on since. */
@Injectable()
export class WebhookGauges {
  private oldestSinceMs: number | null = null;

  constructor(private readonly metrics: Metrics) {
    metrics.onCollect(() => {
      const { oldestSinceMs } = this;
      const ageMs = oldestSinceMs === null ? 0 : performance.now() - oldestSinceMs;
      metrics.webhookOldestPending.set(ageMs / 1_000);
    });
  }

  measured({ pending, oldest_age_seconds: age }: Backlog): void {
    this.metrics.webhookPending.set(pending);
    this.oldestSinceMs = age === null ? null : performance.now() - age * 1_000;
  }
}
