import type { Micros, ReceivedEvent } from '../events/health-event.js';
import type { Rules } from './deadline.js';
import type { EventsByService } from './events-by-service.js';
import type { StoredInstance } from './known-states.js';
import { keyOf } from './lives.js';
import { type InstanceState, projectInstance, type Transition } from './projection.js';
import type { Cause } from './service-aggregates.js';
import type { NamedHearing, Silence, SilenceEnd } from './silences.js';

/** Silences to compute anew from a moment on; one that lasts, if its deadline lies before another. */
interface Unsettled {
  readonly state: InstanceState;
  readonly fromUs: Micros;
  readonly untilUs: Micros;
}

/** What the events of one batch make of the instances. */
export interface Projected {
  readonly states: InstanceState[];
  readonly transitions: Transition[];
  readonly late: ReceivedEvent[];
  readonly hearings: NamedHearing[];
  readonly recoveries: SilenceEnd[];
  /** Instances whose silences have to be computed anew. */
  readonly unsettled: Unsettled[];
  readonly causes: Map<string, Cause>;
}

/** `sweptUs`: of old events, how far deadlines have been swept. */
export function projectBatch(
  byService: EventsByService,
  stored: ReadonlyMap<string, StoredInstance>,
  rulesOf: (serviceName: string) => Rules,
  sweptUs: Micros | null,
): Projected {
  const projected: Projected = {
    states: [],
    transitions: [],
    late: [],
    hearings: [],
    recoveries: [],
    unsettled: [],
    causes: new Map(),
  };
  for (const [serviceName, instances] of byService) {
    const rules = rulesOf(serviceName);
    for (const [instanceId, events] of instances) {
      const before = stored.get(keyOf(serviceName, instanceId))?.state ?? null;
      const { state, recovery, ...made } = projectInstance(before, events, rules, sweptUs !== null);
      projected.states.push(state);
      projected.transitions.push(...made.transitions);
      projected.late.push(...made.late);
      for (const hearing of made.hearings) {
        projected.hearings.push({ ...hearing, serviceName, instanceId });
      }
      if (made.unsettledFromUs !== null) {
        const isStillSilent =
          state.silentSinceUs !== null && state.lastSeenUs === before?.lastSeenUs;
        const untilUs = isStillSilent ? Infinity : (sweptUs ?? 0);
        projected.unsettled.push({ state, fromUs: made.unsettledFromUs, untilUs });
      }
      const last = made.transitions.at(-1);
      if (last !== undefined) projected.causes.set(serviceName, last);
      if (recovery !== null) {
        const { receivedAtUs: endsAtUs, messageId } = recovery;
        projected.recoveries.push({ serviceName, instanceId, endsAtUs, endedBy: messageId });
        projected.causes.set(serviceName, { reason: 'recovered', instanceId, messageId });
      }
      const newest = events.at(-1);
      if (newest !== undefined && (sweptUs !== null || isSooner(state, before))) {
        noteCause(projected.causes, newest);
      }
    }
  }
  return projected;
}

/** The deadline of an instance went back, or away: the service's has to be looked for. */
const isSooner = (after: InstanceState, before: InstanceState | null): boolean =>
  before?.dueAtUs != null && (after.dueAtUs ?? 0) < before.dueAtUs;

/** Unless there is a cause already. */
export function noteCause(causes: Map<string, Cause>, event: ReceivedEvent): void {
  if (causes.has(event.serviceName)) return;
  const { instanceId, messageId } = event;
  causes.set(event.serviceName, { reason: 'event', instanceId, messageId });
}

/** The states with the ends of silences that were found to be over. */
export function withRecoveries(
  states: readonly InstanceState[],
  silences: readonly Silence[],
): readonly InstanceState[] {
  if (silences.length === 0) return states;
  const ends = new Map<string, Micros>();
  for (const { serviceName, instanceId, endsAtUs } of silences) {
    const key = keyOf(serviceName, instanceId);
    ends.set(key, Math.max(ends.get(key) ?? 0, endsAtUs ?? 0));
  }
  return states.map((state) => {
    const endUs = ends.get(keyOf(state.serviceName, state.instanceId));
    if (endUs === undefined) return state;
    return { ...state, recoveredAtUs: Math.max(state.recoveredAtUs ?? 0, endUs) };
  });
}

/** Services that other statements than those of their states wrote, too. */
export const rewrittenServices = (
  { late, hearings, recoveries, unsettled }: Projected,
  stragglers: readonly ReceivedEvent[],
): ReadonlySet<string> =>
  new Set(
    [late, hearings, recoveries, unsettled.map(({ state }) => state), stragglers]
      .flat()
      .map(({ serviceName }) => serviceName),
  );

/** The service is silent only when all its instances are, so the latest deadline counts. */
export function latestDeadlines(states: readonly InstanceState[]): Map<string, Micros> {
  const latest = new Map<string, Micros>();
  for (const { serviceName, dueAtUs } of states) {
    if (dueAtUs !== null && dueAtUs > (latest.get(serviceName) ?? 0))
      latest.set(serviceName, dueAtUs);
  }
  return latest;
}
