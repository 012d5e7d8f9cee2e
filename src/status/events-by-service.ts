import type { Micros, ReceivedEvent } from '../events/health-event.js';
import type { InstanceName } from './instance-rows.js';
import { comparePositions } from './position.js';

/** Events of one instance, in position order. */
export type InstanceEvents = [ReceivedEvent, ...ReceivedEvent[]];

/** By service, then by instance. */
export type EventsByService = ReadonlyMap<string, ReadonlyMap<string, InstanceEvents>>;

export const namesOf = (byService: EventsByService): InstanceName[] =>
  [...byService].flatMap(([s, instances]) => [...instances.keys()].map((i) => ({ s, i })));

export function groupByService(events: readonly ReceivedEvent[]): EventsByService {
  const services = new Map<string, Map<string, InstanceEvents>>();
  for (const event of [...events].sort(comparePositions)) {
    let instances = services.get(event.serviceName);
    if (instances === undefined) {
      instances = new Map<string, InstanceEvents>();
      services.set(event.serviceName, instances);
    }
    const known = instances.get(event.instanceId);
    if (known === undefined) instances.set(event.instanceId, [event]);
    else known.push(event);
  }
  return services;
}

/** What a service's row takes over from its events. */
export function summaryOf(instances: ReadonlyMap<string, InstanceEvents>): {
  readonly newest: ReceivedEvent;
  readonly lastSeenUs: Micros;
  readonly events: number;
} {
  let newest: ReceivedEvent | null = null;
  let lastSeenUs = 0;
  let count = 0;
  for (const events of instances.values()) {
    const last = events.at(-1);
    if (last !== undefined && (newest === null || comparePositions(newest, last) < 0))
      newest = last;
    for (const { receivedAtUs } of events) lastSeenUs = Math.max(lastSeenUs, receivedAtUs);
    count += events.length;
  }
  if (newest === null) throw new Error('a service without events cannot be moved');
  return { newest, lastSeenUs, events: count };
}
