import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ENVIRONMENT } from '../../config/config.module.js';
import { Environment } from '../../config/environment.js';
import { STATUSES, type Status } from '../../events/status-vocabulary.js';
import { Metrics } from '../../observability/metrics.js';
import { pause } from '../../runtime/backoff.js';
import { GapReadModel } from '../../status/gap-read-model.js';
import { StatusReadModel } from '../../status/status-read-model.js';
import { serviceStatusSamples } from './service-status-samples.js';

/** The database is asked no more often, however many scrape. */
const MAX_AGE_MS = 5_000;
/** A scrape waits no longer for the database; it must be answered within 2 s. */
const MAX_WAIT_MS = 1_000;

/**
 * What scrapes learn of services, read from the database. While it does not answer they learn what it
 * said last, and `observing` says 0.
 *
 * Ten thousand services are fifty thousand series. The metrics library needs most of a second of
 * this process for that many, at every scrape; as text made at every refresh they take 20 ms.
 */
@Injectable()
export class ServiceGauges implements OnModuleInit {
  private samples = '';
  private metricName = '';
  private isDatabaseAnswering = false;
  private isObserving = false;
  private refreshedAtMs = Number.NEGATIVE_INFINITY;
  private refresh: Promise<void> | null = null;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly metrics: Metrics,
    private readonly status: StatusReadModel,
    private readonly gaps: GapReadModel,
  ) {}

  /** After all constructors: the pool is looked at before this query of ours is in it. */
  async onModuleInit(): Promise<void> {
    this.metricName = (await this.metrics.serviceStatus.get()).name;
    this.metrics.onCollect(() => this.collect());
  }

  /** The status of each service as of the last scrape. */
  get serviceStatus(): { readonly metric: string; readonly samples: string } {
    return { metric: this.metricName, samples: this.samples };
  }

  private async collect(): Promise<void> {
    const isFresh = await this.refreshed();
    const isObserving = isFresh && this.isDatabaseAnswering && this.isObserving;
    this.metrics.observing.set(isObserving ? 1 : 0);
  }

  /** False where the database takes longer than a scrape can wait. */
  private async refreshed(): Promise<boolean> {
    if (this.refresh === null && performance.now() - this.refreshedAtMs >= MAX_AGE_MS) {
      this.refresh = this.read().finally(() => {
        this.refresh = null;
        this.refreshedAtMs = performance.now();
      });
    }
    if (this.refresh === null) return true;
    const waiting = new AbortController();
    const isFresh = await Promise.race([
      this.refresh.then(() => true),
      pause(MAX_WAIT_MS, waiting.signal).then(() => false),
    ]);
    waiting.abort();
    return isFresh;
  }

  private async read(): Promise<void> {
    let statuses: ReadonlyMap<string, Status>;
    try {
      statuses = await this.status.statuses();
      this.isObserving = (await this.gaps.sight()).isObserving;
      this.isDatabaseAnswering = true;
    } catch {
      this.isDatabaseAnswering = false;
      return; // a later scrape asks again; readiness and the log tell of the outage
    }
    const counts = new Map<Status, number>(STATUSES.map((status) => [status, 0]));
    for (const status of statuses.values()) counts.set(status, (counts.get(status) ?? 0) + 1);
    for (const [status, services] of counts) this.metrics.services.set({ status }, services);
    const bounded = [...statuses].slice(0, this.environment.HEALTH_MAX_SERVICES);
    this.samples = serviceStatusSamples(this.metricName, bounded);
  }
}
