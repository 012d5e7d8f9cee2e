import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';

const INTERVAL_MS = 500;
/** What each event promises. */
export const TTL_SECONDS = 2;

/** A copy of a service that publishes until it is stopped. */
class Reporter {
  lastPublishedMs = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly redis: Redis,
    private readonly channel: string,
    readonly service: string,
    readonly instance: string,
  ) {
    this.timer = setInterval(() => {
      this.report('healthy');
    }, INTERVAL_MS);
    this.report('healthy');
  }

  /** Without a word, or with a leave word. */
  stop(word: string | null): void {
    clearInterval(this.timer);
    if (word !== null) this.report(word);
  }

  private report(status: string): void {
    this.lastPublishedMs = Date.now();
    const event = {
      service_name: this.service,
      instance_id: this.instance,
      status,
      ttl_seconds: TTL_SECONDS,
      message_id: randomUUID(),
      timestamp: new Date(this.lastPublishedMs).toISOString(),
    };
    this.redis.publish(this.channel, JSON.stringify(event)).catch(() => undefined); // Redis stays up
  }
}

/** Who died, and when it was heard last. */
export interface Death {
  readonly service: string;
  readonly instance: string;
  readonly lastPublishedMs: number;
}

/** Services of three instances each, in real time. */
export class LiveFleet {
  readonly deaths: Death[] = [];
  /** Services that nothing befell but restarts and redeploys. */
  readonly unharmed = new Set<string>();
  private readonly reporters = new Map<string, Reporter>();

  constructor(
    private readonly redis: Redis,
    private readonly channel: string,
    services: number,
  ) {
    for (let n = 0; n < services; n += 1) {
      const service = `live-${String(n).padStart(2, '0')}`;
      this.unharmed.add(service);
      for (const instance of ['a', 'b', 'c']) this.begin(service, instance);
    }
  }

  begin(service: string, instance: string): void {
    const reporter = new Reporter(this.redis, this.channel, service, instance);
    this.reporters.set(`${service} ${instance}`, reporter);
  }

  end(service: string, instance: string, word: string | null): void {
    this.reporter(service, instance).stop(word);
    this.reporters.delete(`${service} ${instance}`);
  }

  die(service: string, instance: string): void {
    const { lastPublishedMs } = this.reporter(service, instance);
    this.end(service, instance, null);
    this.deaths.push({ service, instance, lastPublishedMs });
    this.unharmed.delete(service);
  }

  stop(): void {
    for (const reporter of this.reporters.values()) reporter.stop(null);
  }

  private reporter(service: string, instance: string): Reporter {
    const reporter = this.reporters.get(`${service} ${instance}`);
    if (reporter === undefined) throw new Error(`${service} ${instance} does not publish`);
    return reporter;
  }
}
