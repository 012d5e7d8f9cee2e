import type { Micros, ReceivedEvent } from '../events/health-event.js';
import type { Rules } from './deadline.js';
import type { Lives } from './lives.js';
import { type InstanceState, projectInstance, type Transition } from './projection.js';
import type { Cause } from './service-aggregates.js';
import type { ServiceBatches } from './service-batch.js';
import type { NamedHearing, Silence, SilenceEnd } from './silences.js';

/** Silences to compute anew from a moment on; one that lasts, if its deadline lies before another. */
interface Unsettled {
  readonly state: InstanceState;
  readonly fromUs: Micros;
  readonly untilUs: Micros;
}

/** What the events of one transaction make of the instances, but for their states. */
export interface Projected {
  readonly transitions: Transition[];
  readonly late: ReceivedEvent[];
  readonly hearings: NamedHearing[];
  readonly recoveries: SilenceEnd[];
  /** Instances whose silences have to be computed anew. */
  readonly unsettled: Unsettled[];
  readonly causes: Map<string, Cause>;
}

export interface Projecting {
  /** Of the transaction. */
  readonly xid: number;
  readonly rulesOf: (serviceName: string) => Rules;
  readonly lives: Lives;
  /** Of old events: how far deadlines have been swept. */
  readonly sweptUs: Micros | null;
}

/** Moves each instance from `before` to `after`. */
export function projectBatch(
  services: ServiceBatches,
  { xid, rulesOf, lives, sweptUs }: Projecting,
): Projected {
  const projected: Projected = {
    transitions: [],
    late: [],
    hearings: [],
    recoveries: [],
    unsettled: [],
    causes: new Map(),
  };
  for (const { serviceName, instances } of services.values()) {
    const rules = rulesOf(serviceName);
    for (const instance of instances) {
      const { instanceId, events } = instance;
      const before = instance.before?.state ?? null;
      const made = projectInstance(before, events, rules, sweptUs !== null);
      const { state, recovery } = made;
      instance.after = { xid, state, forgottenThroughUs: lives.presentAfterUs(state) };
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

/** Puts into the states the ends of silences that were found to be over. */
export function recover(services: ServiceBatches, silences: readonly Silence[]): void {
  for (const { serviceName, instanceId, endsAtUs } of silences) {
    const instance = services.get(serviceName)?.instance(instanceId);
    if (instance === undefined || instance.after === null) continue;
    const { state } = instance.after;
    const recoveredAtUs = Math.max(state.recoveredAtUs ?? 0, endsAtUs ?? 0);
    instance.after = { ...instance.after, state: { ...state, recoveredAtUs } };
  }
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
