import type { Micros, ReceivedEvent } from '../events/health-event.js';
import type { InstanceStatus, Status } from '../events/status-vocabulary.js';

/**
 * Where an event stands in event time. Events are ordered by (effective time, reception, message
 * id); the effective time is the earlier of occurrence and reception, so that a publisher whose
 * clock runs ahead cannot pin a state.
 */
export interface Position {
  readonly occurredAtUs: Micros;
  readonly receivedAtUs: Micros;
  readonly messageId: string;
}

export const effectiveAtUs = (position: Position): Micros =>
  Math.min(position.occurredAtUs, position.receivedAtUs);

/** Negative where `a` comes first. Total: two events of one key are one event. */
export function comparePositions(a: Position, b: Position): number {
  return (
    effectiveAtUs(a) - effectiveAtUs(b) ||
    a.receivedAtUs - b.receivedAtUs ||
    (a.messageId < b.messageId ? -1 : a.messageId > b.messageId ? 1 : 0)
  );
}

/** What is known of one running copy of a service. */
export interface InstanceState {
  readonly serviceName: string;
  readonly instanceId: string;
  readonly status: InstanceStatus | Status;
  /** Effective time of the event that brought the status. */
  readonly statusSinceUs: Micros;
  /** The newest event in event time: the projection has come this far. */
  readonly newest: Position;
  /** Reception of the newest event received. */
  readonly lastSeenUs: Micros;
  /** As the event received last promised it; null: the default. */
  readonly ttlSeconds: number | null;
  /** When the next event is due at the latest; null where none is promised. */
  readonly dueAtUs: Micros | null;
  readonly version: string | null;
  readonly responseTimeMs: number | null;
  readonly message: string | null;
  readonly messageCount: number;
}

export interface Transition {
  readonly serviceName: string;
  readonly instanceId: string;
  readonly fromStatus: InstanceState['status'] | null;
  readonly toStatus: InstanceState['status'];
  /** Effective time of the event that made it. */
  readonly occurredAtUs: Micros;
  readonly receivedAtUs: Micros;
  readonly messageId: string;
  readonly reason: 'first_event' | 'event' | 'left';
}

export interface Deadlines {
  /** For events that promise nothing themselves; 0 = none. */
  readonly defaultTtlSeconds: number;
  readonly graceSeconds: number;
}

const MICROS_PER_SECOND = 1_000_000;

/** Silence is measured on reception: due at last reception + TTL + grace. */
function dueAtUs(
  status: InstanceState['status'],
  lastSeenUs: Micros,
  ttlSeconds: number | null,
  deadlines: Deadlines,
): Micros | null {
  const ttl = ttlSeconds ?? deadlines.defaultTtlSeconds;
  if (ttl === 0 || status === 'left') return null;
  return lastSeenUs + (ttl + deadlines.graceSeconds) * MICROS_PER_SECOND;
}

export interface Projection {
  readonly state: InstanceState;
  readonly transitions: readonly Transition[];
  /** Late events that may change transitions before the newest event: see late-events.ts. */
  readonly late: readonly ReceivedEvent[];
}

/**
 * Moves one instance's state by new events of it, given in position order.
 *
 * An event that comes before the state's newest one is late: it counts and proves life, but does not
 * move the status. Inside the present run of its own status it changes no transition either.
 */
export function projectInstance(
  before: InstanceState | null,
  events: readonly [ReceivedEvent, ...ReceivedEvent[]],
  deadlines: Deadlines,
): Projection {
  let state = before;
  const transitions: Transition[] = [];
  const late: ReceivedEvent[] = [];
  for (const event of events) {
    const isLate = state !== null && comparePositions(event, state.newest) < 0;
    const isNewestReceived = state === null || event.receivedAtUs >= state.lastSeenUs;
    const lastSeenUs = isNewestReceived ? event.receivedAtUs : (state?.lastSeenUs ?? 0);
    const ttlSeconds = isNewestReceived ? event.ttlSeconds : (state?.ttlSeconds ?? null);
    const messageCount = (state?.messageCount ?? 0) + 1;
    if (isLate && state !== null) {
      const isInRun = event.status === state.status && effectiveAtUs(event) > state.statusSinceUs;
      if (!isInRun) late.push(event);
      const due = dueAtUs(state.status, lastSeenUs, ttlSeconds, deadlines);
      state = { ...state, lastSeenUs, ttlSeconds, dueAtUs: due, messageCount };
      continue;
    }
    const hasChanged = state?.status !== event.status;
    if (hasChanged) transitions.push(transitionTo(event, state?.status ?? null));
    state = {
      serviceName: event.serviceName,
      instanceId: event.instanceId,
      status: event.status,
      statusSinceUs: hasChanged || state === null ? effectiveAtUs(event) : state.statusSinceUs,
      newest: {
        occurredAtUs: event.occurredAtUs,
        receivedAtUs: event.receivedAtUs,
        messageId: event.messageId,
      },
      lastSeenUs,
      ttlSeconds,
      dueAtUs: dueAtUs(event.status, lastSeenUs, ttlSeconds, deadlines),
      version: event.version,
      responseTimeMs: event.responseTimeMs,
      message: event.message,
      messageCount,
    };
  }
  if (state === null) throw new Error('an instance without events cannot be projected');
  return { state, transitions, late };
}

/**
 * The transitions that events make, given in position order, `before` being the status ahead of them;
 * null: they are the instance's first.
 */
export function transitionsOf(
  before: InstanceState['status'] | null,
  events: readonly ProjectedEvent[],
): Transition[] {
  const transitions: Transition[] = [];
  let status = before;
  for (const event of events) {
    if (event.status !== status) transitions.push(transitionTo(event, status));
    status = event.status;
  }
  return transitions;
}

/** As much of an event as its transition needs. */
export type ProjectedEvent = Position &
  Pick<ReceivedEvent, 'serviceName' | 'instanceId' | 'status'>;

function transitionTo(
  event: ProjectedEvent,
  fromStatus: InstanceState['status'] | null,
): Transition {
  return {
    serviceName: event.serviceName,
    instanceId: event.instanceId,
    fromStatus,
    toStatus: event.status,
    occurredAtUs: effectiveAtUs(event),
    receivedAtUs: event.receivedAtUs,
    messageId: event.messageId,
    reason: event.status === 'left' ? 'left' : fromStatus === null ? 'first_event' : 'event',
  };
}
