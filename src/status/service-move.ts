import type { Micros, ReceivedEvent } from '../events/health-event.js';
import type { Status } from '../events/status-vocabulary.js';
import { comparePositions } from './position.js';
import type { ServiceBatch } from './service-batch.js';
import type { ServiceMove } from './service-rows.js';

/** What follows from all instances of a service, where they were counted. */
interface Counted {
  readonly status: Status;
  readonly liveInstances: number;
  readonly dueAtUs: Micros | null;
}

/** `counted`: null where no event can have changed it. */
export function moveOf(
  { serviceName, before, instances }: ServiceBatch,
  counted: Counted | null,
  xid: number,
): ServiceMove {
  let newest: ReceivedEvent | undefined;
  let lastSeenUs = 0;
  let latestDueAtUs: Micros | null = null;
  let events = 0;
  for (const instance of instances) {
    const last = instance.events.at(-1);
    if (last !== undefined && (newest === undefined || comparePositions(newest, last) < 0)) {
      newest = last;
    }
    for (const { receivedAtUs } of instance.events) lastSeenUs = Math.max(lastSeenUs, receivedAtUs);
    const dueAtUs = instance.after?.state.dueAtUs ?? null;
    // The service is silent only when all its instances are, so the latest deadline counts.
    if (dueAtUs !== null) latestDueAtUs = Math.max(latestDueAtUs ?? 0, dueAtUs);
    events += instance.events.length;
  }
  if (before === null || newest === undefined) throw new Error('there is nothing to be moved');
  const isNewer = before.newest === null || comparePositions(before.newest, newest) < 0;
  const { occurredAtUs, receivedAtUs, messageId } = newest;
  return {
    serviceName,
    before,
    after: {
      xid,
      status: (counted ?? before).status,
      liveInstances: (counted ?? before).liveInstances,
      lastSeenUs: Math.max(before.lastSeenUs ?? 0, lastSeenUs),
      newest: isNewer ? { occurredAtUs, receivedAtUs, messageId } : before.newest,
    },
    lastSeenUs,
    dueAtUs: counted === null ? latestDueAtUs : counted.dueAtUs,
    isDueExact: counted !== null,
    events,
    newest,
    isNewer,
  };
}
