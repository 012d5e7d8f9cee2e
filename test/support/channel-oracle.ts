import type { Redis } from 'ioredis';
import { worst } from './expected.js';
import type { Scope } from './scope.js';
import { isSynthetic } from './synthetic.js';

/** Of all words that are published here. Source: the status mapping of the contract. */
const MEANING: Readonly<Record<string, string>> = {
  healthy: 'healthy',
  up: 'healthy',
  pass: 'healthy',
  degraded: 'degraded',
  warn: 'degraded',
  unhealthy: 'unhealthy',
  down: 'unhealthy',
  fail: 'unhealthy',
  unknown: 'unknown',
  starting: 'unknown',
  stopping: 'left',
  draining: 'left',
  shutting_down: 'left',
};

/** One event as it was heard. */
export interface Heard {
  readonly id: string;
  readonly service: string;
  readonly instance: string;
  readonly status: string;
  readonly version: string;
  readonly atMs: number;
  readonly responseTimeMs: number;
  readonly message: string | null;
}

/** What is to be said of a service after all that was heard. */
export interface ExpectedItem {
  readonly service_name: string;
  readonly current_status: string;
  readonly message_count: number;
  readonly instance_count: number;
  readonly response_time_ms: number;
  readonly message: string | null;
}

interface Document {
  readonly [field: string]: unknown;
  readonly data?: Document;
}

/**
 * Hears a channel with a subscription of its own, beside the application, and works out by the
 * contract, without the application's code, what is to be said of the services. Of the publishers it
 * expects an id, a time and an instance with each event.
 */
export class ChannelOracle {
  private readonly heard: Heard[] = [];

  private constructor(private readonly subscriber: Redis) {}

  static async open(scope: Scope, channel = scope.channel): Promise<ChannelOracle> {
    const oracle = new ChannelOracle(scope.redis.duplicate());
    oracle.subscriber.on('message', (_channel: string, message: string) => {
      if (!isSynthetic(message)) oracle.heard.push(heardIn(JSON.parse(message) as Document));
    });
    await oracle.subscriber.connect();
    await oracle.subscriber.subscribe(channel);
    return oracle;
  }

  /** In the order in which they were heard; a repetition of an event is none of its own. */
  get events(): readonly Heard[] {
    return [...new Map(this.heard.map((event) => [event.id, event])).values()];
  }

  /** Messages heard, repetitions too. */
  get messageCount(): number {
    return this.heard.length;
  }

  /** The events of each instance, in event time. */
  get instances(): readonly (readonly Heard[])[] {
    const groups = groupedBy(inEventTime(this.events), ({ service, instance }) =>
      JSON.stringify([service, instance]),
    );
    return [...groups.values()];
  }

  /** Of each instance that has not left, what it said last. */
  get live(): readonly Heard[] {
    return this.instances.flatMap((events) =>
      events.slice(-1).filter(({ status }) => status !== 'left'),
    );
  }

  /** Sorted by name. */
  get services(): ExpectedItem[] {
    const live = groupedBy(this.live, ({ service }) => service);
    return [...groupedBy(inEventTime(this.events), ({ service }) => service)]
      .map(([service_name, events]) => {
        const instances = live.get(service_name) ?? [];
        const newest = events.at(-1);
        return {
          service_name,
          current_status: worst(instances.map(({ status }) => status)),
          message_count: events.length,
          instance_count: instances.length,
          response_time_ms: newest?.responseTimeMs ?? Number.NaN,
          message: newest?.message ?? null,
        };
      })
      .sort((a, b) => (a.service_name < b.service_name ? -1 : 1));
  }

  close(): void {
    this.subscriber.disconnect();
  }
}

function heardIn(document: Document): Heard {
  const content = document.data ?? document;
  const field = (name: string): unknown => content[name];
  const status = String(field('status')).toLowerCase();
  return {
    id: String(field('message_id') ?? document['id']),
    service: String(field('service_name')),
    instance: String(field('instance_id')),
    status: MEANING[status] ?? `not in the contract: ${status}`,
    version: String(field('version')),
    atMs: Date.parse(String(field('timestamp') ?? document['time'])),
    responseTimeMs: Number(field('response_time_ms')),
    message: (field('message') as string | undefined) ?? null,
  };
}

/** Sorting is stable: of one moment, the one heard later is the newer. */
const inEventTime = (events: readonly Heard[]): Heard[] =>
  [...events].sort((a, b) => a.atMs - b.atMs);

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
