import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { Log } from '../observability/log.js';
import { Metrics } from '../observability/metrics.js';
import { aborted } from '../runtime/aborted.js';
import { backoffMs, pause } from '../runtime/backoff.js';
import { deferred } from '../runtime/deferred.js';
import { DatabaseGate } from '../storage/database-gate.js';
import { Circuit } from './circuit.js';
import { bodyOf, headersOf, subjectOf } from './notification.js';
import { type Delivery, type GivenUp, LEASE_MS, Outbox, type Settled } from './outbox.js';
import { type Outcome, Receiver, TIME_LIMITS } from './receiver.js';
import { isGivenUp, RETRY_FOR_MS, retryDelayMs } from './retrying.js';
import { WebhookGauges } from './webhook-gauges.js';

/** How long a change waits at most for somebody to look for it. */
const POLL_MS = 500;
const MEASURE_INTERVAL_MS = 5_000;
/** A hundred times a large fleet's changes in an hour; what is more than this is given up, oldest first. */
const MAX_PENDING = 100_000;
/** Given up in one statement, hence named in one line of the log. */
const GIVE_UP_AT_ONCE = 100;
/** A shutdown leaves requests under way that long. */
const STOP_MS = 1_500;

/**
 * Sends what the outbox holds, where `HEALTH_WEBHOOK_URL` is set. Every such instance does.
 *
 *   pending ──lease──▶ under way ──2xx──▶ delivered (row removed)
 *      ▲                  │
 *      └──backoff─────────┤ anything else, within an hour of the change
 *                         └──────────────▶ given up (row removed, ERROR), after it
 *
 * A service's next change is not leased before the one ahead of it is gone, so changes of a service
 * arrive in order. While all instances live, one lease is one attempt, and what was answered with 2xx
 * is not sent again; where an instance dies, or the database is away for longer than a lease, it may
 * be, with the same key. While the receiver fails whatever it is sent ({@link Circuit}), changes older
 * than an hour are given up untried.
 *
 * One loop; it uses one connection to PostgreSQL at a time, and none while requests are under way.
 */
@Injectable()
export class WebhookSender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly receiver: Receiver | null;
  private readonly circuit = new Circuit();
  private readonly stopping = new AbortController();
  private readonly cuttingOff = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  /** Leases that have come to an end, in memory until the outbox has noted it. */
  private settled: Settled[] = [];
  private hasNews = deferred();
  private measuredAtMs = Number.NEGATIVE_INFINITY;
  private isOutboxReached = true;
  private loop: Promise<void> = Promise.resolve();

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly outbox: Outbox,
    private readonly gate: DatabaseGate,
    private readonly gauges: WebhookGauges,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    const { HEALTH_WEBHOOK_URL: url, HEALTH_WEBHOOK_ALLOW_PRIVATE: mayBePrivate } = environment;
    this.receiver = url === null ? null : new Receiver(url, mayBePrivate);
  }

  onApplicationBootstrap(): void {
    if (this.receiver !== null) this.loop = this.run(this.receiver);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.hasNews.resolve();
    const timer = setTimeout(() => {
      this.cuttingOff.abort();
    }, STOP_MS);
    await this.loop;
    await Promise.all(this.underWay);
    clearTimeout(timer);
    if (this.settled.length === 0) return;
    try {
      this.tellGivenUp((await this.outbox.exchange(this.settled, 0)).givenUp);
    } catch {
      // The leases run out; what was delivered is sent once more.
    }
  }

  private async run(receiver: Receiver): Promise<void> {
    await Promise.race([this.gate.whenOpen(), aborted(this.stopping.signal)]);
    for (let attempt = 0; !this.stopping.signal.aborted;) {
      this.hasNews = deferred();
      try {
        await this.turn(receiver);
        this.reportOutbox(null);
        attempt = 0;
        await this.untilNews();
      } catch (error) {
        this.reportOutbox(error);
        await pause(backoffMs(attempt), this.stopping.signal);
        attempt += 1;
      }
    }
  }

  private async turn(receiver: Receiver): Promise<void> {
    await this.exchange(receiver);
    if (performance.now() - this.measuredAtMs < MEASURE_INTERVAL_MS) return;
    if (this.circuit.isOpen) await this.giveUp(RETRY_FOR_MS, GIVE_UP_AT_ONCE);
    const backlog = await this.outbox.backlog();
    this.gauges.measured(backlog);
    await this.giveUp(0, backlog.pending - MAX_PENDING);
    this.measuredAtMs = performance.now();
  }

  private async exchange(receiver: Receiver): Promise<void> {
    const nowMs = performance.now();
    const settled = [...this.settled];
    const room = this.circuit.mayBegin(this.underWay.size, nowMs);
    if (settled.length === 0 && room === 0) return;
    const { claimed, givenUp } = await this.outbox.exchange(settled, room);
    this.settled = this.settled.slice(settled.length); // others have come to an end meanwhile
    this.tellGivenUp(givenUp);
    for (const delivery of claimed) {
      const sending = this.send(receiver, delivery, nowMs + LEASE_MS).finally(() => {
        this.underWay.delete(sending);
        this.hasNews.resolve();
      });
      this.underWay.add(sending);
    }
  }

  private async send(receiver: Receiver, delivery: Delivery, leaseEndMs: number): Promise<void> {
    // This process slept since it asked for the lease: another one may hold it by now.
    if (performance.now() + TIME_LIMITS.wholeMs > leaseEndMs) return;
    const { notification } = delivery;
    const body = bodyOf(notification);
    const secret = this.environment.HEALTH_WEBHOOK_SECRET;
    const headers = headersOf(notification.id, body, secret, Date.now());
    const startedMs = performance.now();
    const outcome = await receiver.post(headers, body, this.cuttingOff.signal);
    const ageMs = delivery.ageMs + performance.now() - startedMs;
    this.settled.push(this.settle(delivery, outcome, ageMs));
  }

  private settle(delivery: Delivery, outcome: Outcome, ageMs: number): Settled {
    if (outcome.kind === 'delivered') {
      this.metrics.webhookDeliveries.inc({ outcome: 'delivered' });
      if (this.circuit.isOpen) this.log.info({}, 'webhook.receiver_back');
      this.circuit.succeeded();
      return { kind: 'delivered', delivery };
    }
    const { error } = outcome;
    if (this.cuttingOff.signal.aborted) return { kind: 'postponed', delivery, waitMs: 0, error };
    this.metrics.webhookDeliveries.inc({ outcome: 'failed' });
    this.tellFailure(delivery, error);
    if (isGivenUp(ageMs)) return { kind: 'given_up', delivery, error };
    return { kind: 'postponed', delivery, waitMs: retryDelayMs(delivery.attempts), error };
  }

  /** Says it once of each change, and once of a receiver that fails whatever it is sent. */
  private tellFailure({ changeId, attempts, notification }: Delivery, error: string): void {
    const wasOpen = this.circuit.isOpen;
    const hasOpened = this.circuit.failed(performance.now());
    if (wasOpen) return;
    const fields = { ...subjectOf(notification), change_id: changeId, reason: error };
    if (hasOpened) this.log.warn(fields, 'webhook.receiver_down');
    else if (attempts === 1) this.log.warn(fields, 'webhook.attempt_failed');
  }

  private async giveUp(olderThanMs: number, atMost: number): Promise<void> {
    for (let left = atMost; left > 0; left -= GIVE_UP_AT_ONCE) {
      const count = Math.min(left, GIVE_UP_AT_ONCE);
      this.tellGivenUp(await this.outbox.giveUpOlderThan(olderThanMs, count));
    }
  }

  private tellGivenUp(deliveries: readonly GivenUp[]): void {
    if (deliveries.length === 0) return;
    this.metrics.webhookDeliveries.inc({ outcome: 'given_up' }, deliveries.length);
    this.log.error({ deliveries }, 'webhook.given_up');
  }

  /** A request that has come to an end, or time to look for changes of other instances. */
  private async untilNews(): Promise<void> {
    const waiting = new AbortController();
    await Promise.race([this.hasNews.promise, pause(POLL_MS, waiting.signal)]);
    waiting.abort();
  }

  private reportOutbox(error: unknown): void {
    if (error !== null && this.isOutboxReached) {
      this.log.warn({ error }, 'webhook.outbox_unreachable');
    }
    this.isOutboxReached = error === null;
  }
}
