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
 *
 * `isOld`: deadlines behind these receptions have been swept already. Then nobody recovers by them, and
 * the silences from them on have to be computed anew.
 */
export function projectInstance(
  before: InstanceState | null,
  events: Events,
  rules: Rules,
  isOld = false,
): Projection {
  const received = inOrderOfReception(events);
  const { state, transitions, late } = projectReports(before, events, rules.settings);
  const silence = isOld
    ? { ...PROMPT, unsettledFromUs: received[0]?.receivedAtUs ?? 0 }
    : projectSilence(before, received, rules);
  const last = lastReceived(before, received);
  const ttlSeconds = last === null ? (before?.ttlSeconds ?? null) : last.ttlSeconds;
  const lastSeenUs = last?.receivedAtUs ?? before?.lastSeenUs ?? 0;
  const dueAtUs =
    state.status === 'left'
      ? null
      : deadline(lastSeenUs, ttlSeconds, rules.deadlines, rules.settings);
  return {
    state: {
      serviceName: state.serviceName,
      instanceId: state.instanceId,
      status: state.status,
      streak: state.streak,
      statusSinceUs: state.statusSinceUs,
      firstSeenUs: state.firstSeenUs,
      newest: state.newest,
      version: state.version,
      responseTimeMs: state.responseTimeMs,
      message: state.message,
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
    hearings: silence.hearings,
    recovery: silence.recovery,
    unsettledFromUs: silence.unsettledFromUs,
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
  const transitions: Transition[] = [];
  const late: ReceivedEvent[] = [];
  const isPlain = settings.changes.length === 0;
  let reported: Reported | null = before;
  let statusSinceUs = before?.statusSinceUs ?? 0;
  let firstSeenUs = before?.firstSeenUs ?? 0;
  let newest: Position | null = before?.newest ?? null;
  let last: ReceivedEvent | null = null;
  for (const event of events) {
    const thresholds = isPlain ? null : thresholdsOf(settings.at(event.receivedAtUs));
    if (reported !== null && newest !== null && comparePositions(event, newest) < 0) {
      const isInRun = event.status === reported.status && effectiveAtUs(event) > statusSinceUs;
      if (!isInRun || thresholds !== null) late.push(event);
      continue;
    }
    const fromStatus: InstanceState['status'] | null = reported?.status ?? null;
    reported =
      reported === null ? firstReport(event.status) : report(reported, event.status, thresholds);
    newest = event;
    last = event;
    if (reported.status === fromStatus) continue;
    transitions.push(transitionTo(event, fromStatus, reported.status));
    statusSinceUs = effectiveAtUs(event);
    if (fromStatus === null || fromStatus === 'left') firstSeenUs = event.receivedAtUs;
  }
  if (last === null) {
    if (before === null) throw new Error('an instance without events cannot be projected');
    return { state: before, transitions, late };
  }
  const { status, streak } = reported ?? firstReport(last.status);
  const state = {
    serviceName: last.serviceName,
    instanceId: last.instanceId,
    status,
    streak,
    statusSinceUs,
    firstSeenUs,
    newest: {
      occurredAtUs: last.occurredAtUs,
      receivedAtUs: last.receivedAtUs,
      messageId: last.messageId,
    },
    version: last.version,
    responseTimeMs: last.responseTimeMs,
    message: last.message,
  };
  return { state, transitions, late };
}

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

/** The shortest promise. */
const MIN_WAIT_US = 1_000_000;
const PROMPT = { hearings: [], recovery: null, unsettledFromUs: null };

/** Heard so soon that no deadline can have passed: what a busy instance mostly is. */
function isPrompt(before: InstanceState | null, received: readonly ReceivedEvent[]): boolean {
  const firstUs = received[0]?.receivedAtUs ?? 0;
  const lastUs = received.at(-1)?.receivedAtUs ?? 0;
  if (before === null) return lastUs - firstUs < MIN_WAIT_US;
  if (before.silentSinceUs !== null || firstUs < before.lastSeenUs) return false;
  return lastUs - before.lastSeenUs < MIN_WAIT_US;
}

/** Events that came together mostly stand in this order already. */
function inOrderOfReception(events: Events): readonly ReceivedEvent[] {
  for (let i = 1; i < events.length; i += 1) {
    const [a, b] = [events[i - 1], events[i]];
    if (a !== undefined && b !== undefined && compareReceptions(a, b) > 0) {
      return [...events].sort(compareReceptions);
    }
  }
  return events;
}

/** What the receptions say of silence. */
function projectSilence(
  before: InstanceState | null,
  received: readonly ReceivedEvent[],
  rules: Rules,
): Pick<Projection, 'hearings' | 'recovery' | 'unsettledFromUs'> {
  if (isPrompt(before, received)) return PROMPT;
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
