import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const PREFIX = 'health_monitor_';
const COMMIT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const DELAY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const BATCH_BUCKETS = [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000, 20_000];

/**
 * Every metric by name. Counters are moved where the thing happens; a gauge's value is asked for
 * when somebody scrapes (see {@link Metrics.collect}).
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  /** Memory, CPU time, event loop and garbage collection of this process, as every Node.js app has them. */
  private readonly ofProcess = new Registry();

  readonly received = this.counter('events_received_total', 'Events taken in, by channel entry', [
    'source',
  ]);
  readonly journaled = this.counter('events_journaled_total', 'Events appended to the journal');
  readonly deduplicated = this.counter(
    'events_deduplicated_total',
    'Deliveries of events that some instance had journaled',
  );
  readonly shed = this.counter('events_shed_total', 'Events dropped at a bound of ingest');
  readonly read = this.counter('events_read_total', 'Events read from the journal');
  readonly stored = this.counter('events_stored_total', 'Events that became rows');
  readonly duplicate = this.counter(
    'events_duplicate_total',
    'Events read that were rows or dead letters already',
  );
  readonly deadLettered = this.counter(
    'events_dead_lettered_total',
    'Events that could not be stored',
    ['reason'],
  );
  readonly unlistedStatus = this.counter(
    'events_unlisted_status_total',
    'Events stored as unknown because their status is not in the vocabulary',
  );
  readonly journalLost = this.counter(
    'journal_lost_entries_total',
    'Entries that others deleted from the journal before they were stored',
  );

  readonly deadLettersReplayed = this.counter(
    'dead_letters_replayed_total',
    'Dead letters replayed, by what became of them',
    ['outcome'],
  );

  readonly deadLettersRemoved = this.counter(
    'dead_letters_removed_total',
    'Dead letters deleted by this instance for their age or their number',
    ['reason'],
  );
  readonly deadLetters = this.gauge('dead_letters', 'Dead letters kept, 10000 at the most');
  readonly deadLettersNotReplayed = this.gauge(
    'dead_letters_not_replayed',
    'Those of the newest 10000 dead letters that were not replayed',
  );

  readonly gaps = this.counter('gaps_total', 'Gaps recorded by this instance', ['cause']);

  readonly webhookDeliveries = this.counter(
    'webhook_deliveries_total',
    'Attempts to tell the webhook that were delivered or failed, and changes given up',
    ['outcome'],
  );

  readonly webhookPending = this.gauge(
    'webhook_pending_deliveries',
    'Changes that the webhook has not taken yet, over all instances',
  );
  readonly webhookOldestPending = this.gauge(
    'webhook_oldest_pending_seconds',
    'Age of the oldest change that the webhook has not taken yet',
  );
  readonly inFlight = this.gauge('events_in_flight', 'Events read and not yet settled');
  readonly imbalance = this.gauge(
    'accounting_imbalance_events',
    'Events that the counters of a process do not account for; anything but 0 is a defect',
    ['equation'],
  );
  readonly journalLag = this.gauge('journal_lag_entries', 'Entries that no instance has read yet');
  readonly journalPending = this.gauge(
    'journal_pending_entries',
    'Entries read, not acknowledged, over all instances',
  );
  readonly poolConnections = this.gauge('pool_connections', 'Connections to PostgreSQL', ['state']);
  readonly services = this.gauge('services', 'Services by status', ['status']);
  readonly serviceStatus = this.gauge('service_status', '1 for the status a service has', [
    'service_name',
    'status',
  ]);
  readonly selfPreservation = this.gauge(
    'self_preservation',
    '1 while stale transitions are held back',
  );
  readonly alertFiring = this.gauge('alert_firing', '1 while the alert fires in this instance', [
    'name',
  ]);
  readonly observing = this.gauge('observing', '1 while events come through to the database');

  readonly commitDuration = this.histogram(
    'commit_duration_seconds',
    'Time to commit one batch',
    COMMIT_BUCKETS,
  );
  readonly eventDelay = this.histogram(
    'event_delay_seconds',
    'Time from reception to commit of the oldest event of a batch',
    DELAY_BUCKETS,
  );
  readonly batchEvents = this.histogram('batch_events', 'Events per batch', BATCH_BUCKETS);

  private readonly collectors: (() => void | Promise<void>)[] = [];

  /** From now on also tells what the process itself takes. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.ofProcess, prefix: PREFIX });
  }

  /** Sets gauges just before they are read. A collector that fails leaves the old values. */
  onCollect(collector: () => void | Promise<void>): void {
    this.collectors.push(collector);
  }

  /** Prometheus text. */
  async collect(): Promise<{ contentType: string; text: string }> {
    await Promise.allSettled(this.collectors.map(async (collector) => collector()));
    const texts = await Promise.all([this.registry.metrics(), this.ofProcess.metrics()]);
    return { contentType: this.registry.contentType, text: texts.join('\n') };
  }

  private counter<Label extends string = never>(
    name: string,
    help: string,
    labelNames: Label[] = [],
  ): Counter<Label> {
    return new Counter({ name: PREFIX + name, help, labelNames, registers: [this.registry] });
  }

  private gauge<Label extends string = never>(
    name: string,
    help: string,
    labelNames: Label[] = [],
  ): Gauge<Label> {
    return new Gauge({ name: PREFIX + name, help, labelNames, registers: [this.registry] });
  }

  private histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name: PREFIX + name, help, buckets, registers: [this.registry] });
  }
}
