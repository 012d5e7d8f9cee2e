import type { Micros, ReceivedEvent } from '../events/health-event.js';
import type { InstanceStatus, Status } from '../events/status-vocabulary.js';
import { deadline, type Rules } from './deadline.js';
import { type LateHearing, Listening, type Wait } from './listening.js';
import { comparePositions, compareReceptions, effectiveAtUs, type Position } from './position.js';
import type { SettingsHistory } from './settings.js';
import { firstReport, type Reported, report, thresholdsOf } from './thresholds.js';

/** What is known of one running copy of a service. */
export interface InstanceState extends Reported {
  readonly serviceName: string;
  readonly instanceId: string;
  /** Effective time of the event that brought the status. */
  readonly statusSinceUs: Micros;
  /** The newest event in event time: the projection has come this far. */
  readonly newest: Position;
  /** Reception of the event that made it known, or that brought it back after a leave word. */
  readonly firstSeenUs: Micros;
  /** Reception of the newest event received, and its id. */
  readonly lastSeenUs: Micros;
  readonly lastMessageId: string;
  /** As the event received last promised it; null: the service's setting, or the default. */
  readonly ttlSeconds: number | null;
  /** When the next event is due at the latest; null where none is promised. */
  readonly dueAtUs: Micros | null;
  /** The deadline that passed in silence; null while it is heard. */
  readonly silentSinceUs: Micros | null;
  /** The end of its newest silence; null where it had none. */
  readonly recoveredAtUs: Micros | null;
  readonly version: string | null;
  readonly responseTimeMs: number | null;
  readonly message: string | null;
  readonly messageCount: number;
}

/** What is said of the instance: what it reported, except that silence goes over it. */
export const visibleStatus = ({ silentSinceUs, status }: InstanceState): Status | InstanceStatus =>
  silentSinceUs === null ? status : 'stale';

export const visibleSinceUs = (state: InstanceState): Micros =>
  state.silentSinceUs ?? Math.max(state.statusSinceUs, state.recoveredAtUs ?? 0);

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

export interface Projection {
  readonly state: InstanceState;
  readonly transitions: readonly Transition[];
  /** Late events that may change transitions before the newest event: see late-events.ts. */
  readonly late: readonly ReceivedEvent[];
  readonly hearings: readonly LateHearing[];
  /** The instance was silent, and this event was the first received since. */
  readonly recovery: ReceivedEvent | null;
  /** Received among what was projected before: silences from then on have to be computed anew. */
  readonly unsettledFromUs: Micros | null;
}

type Events = readonly [ReceivedEvent, ...ReceivedEvent[]];

/**
 * Moves one instance's state by new events of it, given in position order.
 *
 * An event that comes before the state's newest one is late: it counts and proves life, but does not
 * move the status. Inside the present run of its own status it changes no transition either.
 */
export function projectInstance(
  before: InstanceState | null,
  events: Events,
  rules: Rules,
): Projection {
  const received = [...events].sort(compareReceptions);
  const { state, transitions, late } = projectReports(before, events, rules.settings);
  const silence = projectSilence(before, received, rules);
  const last = lastReceived(before, received);
  const ttlSeconds = last === null ? (before?.ttlSeconds ?? null) : last.ttlSeconds;
  const lastSeenUs = last?.receivedAtUs ?? before?.lastSeenUs ?? 0;
  const dueAtUs =
    state.status === 'left'
      ? null
      : deadline(lastSeenUs, ttlSeconds, rules.deadlines, rules.settings);
  return {
    state: {
      ...state,
      lastSeenUs,
      lastMessageId: last?.messageId ?? before?.lastMessageId ?? '',
      ttlSeconds,
      dueAtUs,
      silentSinceUs: silence.recovery === null ? (before?.silentSinceUs ?? null) : null,
      recoveredAtUs: silence.recovery?.receivedAtUs ?? before?.recoveredAtUs ?? null,
      messageCount: (before?.messageCount ?? 0) + events.length,
    },
    transitions,
    late,
    ...silence,
  };
}

type ReportState = Pick<
  InstanceState,
  | 'serviceName'
  | 'instanceId'
  | 'status'
  | 'streak'
  | 'statusSinceUs'
  | 'firstSeenUs'
  | 'newest'
  | 'version'
  | 'responseTimeMs'
  | 'message'
>;

function projectReports(
  before: ReportState | null,
  events: Events,
  settings: SettingsHistory,
): {
  readonly state: ReportState;
  readonly transitions: readonly Transition[];
  readonly late: readonly ReceivedEvent[];
} {
  const [first, ...rest] = events;
  const transitions: Transition[] = [];
  const late: ReceivedEvent[] = [];
  let state: ReportState;
  if (before === null) {
    transitions.push(transitionTo(first, null, first.status));
    state = {
      ...wordsOf(first),
      ...firstReport(first.status),
      statusSinceUs: effectiveAtUs(first),
      firstSeenUs: first.receivedAtUs,
    };
  } else {
    state = before;
    rest.unshift(first);
  }
  for (const event of rest) {
    const thresholds = thresholdsOf(settings.at(event.receivedAtUs));
    if (comparePositions(event, state.newest) < 0) {
      const isInRun = event.status === state.status && effectiveAtUs(event) > state.statusSinceUs;
      if (!isInRun || thresholds !== null) late.push(event);
      continue;
    }
    const next = report(state, event.status, thresholds);
    const hasChanged = next.status !== state.status;
    if (hasChanged) transitions.push(transitionTo(event, state.status, next.status));
    state = {
      ...wordsOf(event),
      ...next,
      statusSinceUs: hasChanged ? effectiveAtUs(event) : state.statusSinceUs,
      firstSeenUs: hasChanged && state.status === 'left' ? event.receivedAtUs : state.firstSeenUs,
    };
  }
  return { state, transitions, late };
}

const wordsOf = (
  event: ReceivedEvent,
): Omit<ReportState, 'status' | 'streak' | 'statusSinceUs' | 'firstSeenUs'> => ({
  serviceName: event.serviceName,
  instanceId: event.instanceId,
  newest: {
    occurredAtUs: event.occurredAtUs,
    receivedAtUs: event.receivedAtUs,
    messageId: event.messageId,
  },
  version: event.version,
  responseTimeMs: event.responseTimeMs,
  message: event.message,
});

function lastReceived(
  before: InstanceState | null,
  received: readonly ReceivedEvent[],
): ReceivedEvent | null {
  const last = received.at(-1);
  if (last === undefined) return null;
  if (before === null) return last;
  const known = { receivedAtUs: before.lastSeenUs, messageId: before.lastMessageId };
  return compareReceptions(last, known) < 0 ? null : last;
}

/** What the receptions say of silence. */
function projectSilence(
  before: InstanceState | null,
  received: readonly ReceivedEvent[],
  rules: Rules,
): Pick<Projection, 'hearings' | 'recovery' | 'unsettledFromUs'> {
  const hearings: LateHearing[] = [];
  let recovery: ReceivedEvent | null = null;
  let unsettledFromUs: Micros | null = null;
  const listening = new Listening(before === null ? null : waitOf(before), rules);
  for (const event of received) {
    const sinceUs = listening.sinceUs ?? 0;
    if (event.receivedAtUs < sinceUs) {
      if (isUnsettling(event, sinceUs, before, rules)) unsettledFromUs ??= event.receivedAtUs;
      continue;
    }
    const hearing = listening.hear(event);
    if (before?.silentSinceUs != null && recovery === null) recovery = event;
    else if (hearing !== null) hearings.push(hearing);
  }
  return { hearings, recovery, unsettledFromUs };
}

const waitOf = (state: InstanceState): Wait => ({
  sinceUs: state.lastSeenUs,
  messageId: state.lastMessageId,
  ttlSeconds: state.ttlSeconds,
  hasLeft: state.status === 'left',
  newest: state.newest,
});

/**
 * Whether an event received before one that is projected already can touch a silence: it shortens one
 * that ended later, or makes one where its own promise ran out before the next reception.
 */
function isUnsettling(
  event: ReceivedEvent,
  nextUs: Micros,
  before: InstanceState | null,
  { deadlines, settings }: Rules,
): boolean {
  if ((before?.recoveredAtUs ?? 0) > event.receivedAtUs) return true;
  const dueUs = deadline(event.receivedAtUs, event.ttlSeconds, deadlines, settings);
  return event.status === 'left' || (dueUs !== null && dueUs < nextUs);
}

/**
 * The transitions that events make, given in position order, and where they end; `before` being what
 * was reported ahead of them, null: they are the instance's first.
 */
export function transitionsOf(
  before: Reported | null,
  events: readonly ProjectedEvent[],
  settings: SettingsHistory,
): { readonly transitions: Transition[]; readonly end: Reported | null } {
  const transitions: Transition[] = [];
  let state = before;
  for (const event of events) {
    const next =
      state === null
        ? firstReport(event.status)
        : report(state, event.status, thresholdsOf(settings.at(event.receivedAtUs)));
    if (next.status !== state?.status) {
      transitions.push(transitionTo(event, state?.status ?? null, next.status));
    }
    state = next;
  }
  return { transitions, end: state };
}

/** As much of an event as its transition needs. */
export type ProjectedEvent = Position &
  Pick<ReceivedEvent, 'serviceName' | 'instanceId' | 'status'>;

function transitionTo(
  event: ProjectedEvent,
  fromStatus: InstanceState['status'] | null,
  toStatus: InstanceState['status'],
): Transition {
  return {
    serviceName: event.serviceName,
    instanceId: event.instanceId,
    fromStatus,
    toStatus,
    occurredAtUs: effectiveAtUs(event),
    receivedAtUs: event.receivedAtUs,
    messageId: event.messageId,
    reason: toStatus === 'left' ? 'left' : fromStatus === null ? 'first_event' : 'event',
  };
}
