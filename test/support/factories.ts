import { randomUUID } from 'node:crypto';

/** A health event as a publisher writes it. */
export interface EventDocument {
  readonly service_name: string;
  readonly status: string;
  readonly message_id?: string;
  readonly id?: string | number;
  readonly timestamp?: string | number;
  readonly instance_id?: string;
  readonly response_time_ms?: number;
  readonly ttl_seconds?: number;
  readonly message?: string;
  readonly version?: string;
  readonly [field: string]: unknown;
}

const STATUS_WORDS = [
  'healthy',
  'degraded',
  'unhealthy',
  'ok',
  'warn',
  'DOWN',
  'starting',
] as const;

/** An event with an id and a time of its own; `fields` replace or, undefined, remove some. */
export function healthEvent(fields: Partial<Record<string, unknown>> = {}): EventDocument {
  return {
    service_name: 'orders',
    status: 'healthy',
    message_id: randomUUID(),
    timestamp: new Date().toISOString(),
    ...fields,
  };
}

/** How {@link fleet} spreads its events. */
export interface FleetOptions {
  readonly events: number;
  readonly services?: number;
  readonly instancesPerService?: number;
  /** Distinguishes the names of one fleet from those of another. */
  readonly prefix?: string;
  /** Successive events of an instance with one status; 1 = each one changes it. */
  readonly eventsPerStatus?: number;
  /** Publisher's time of the first event; the others lie a millisecond apart. Default: just past. */
  readonly startMs?: number;
}

/** Events of many instances in turn, of all statuses, in the order of their times, ids unique. */
export function fleet(options: FleetOptions): EventDocument[] {
  const { events, services = 10, instancesPerService = 2, prefix = 'service' } = options;
  const instances = services * instancesPerService;
  const { eventsPerStatus = 1 } = options;
  const startMs = options.startMs ?? Date.now() - events;
  return Array.from({ length: events }, (_, index) => {
    const run = Math.floor(index / instances / eventsPerStatus);
    return healthEvent({
      service_name: `${prefix}-${index % services}`,
      instance_id: `i${Math.floor(index / services) % instancesPerService}`,
      status: STATUS_WORDS[(run + (index % instances)) % STATUS_WORDS.length],
      timestamp: new Date(startMs + index).toISOString(),
      response_time_ms: (index % 100) + 0.5,
      version: '1.0.0',
      message: `event ${index}`,
    });
  });
}

/** A CloudEvents 1.0 document around an event, which then needs neither id nor time of its own. */
export function cloudEvent(data: EventDocument): Record<string, unknown> {
  const { message_id: id = randomUUID(), timestamp: time, ...rest } = data;
  return {
    specversion: '1.0',
    type: 'health.reported',
    source: '/tests',
    id,
    ...(time === undefined ? {} : { time }),
    datacontenttype: 'application/json',
    data: rest,
  };
}
