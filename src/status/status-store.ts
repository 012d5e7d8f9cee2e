import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Micros, ReceivedEvent } from '../events/health-event.js';
import type { Status } from '../events/status-vocabulary.js';
import type { Session } from '../storage/database.js';
import { aggregate } from './aggregation.js';
import { deadlinesOf } from './configured-deadlines.js';
import type { Deadlines, Rules } from './deadline.js';
import { countInstances, type InstanceTotals } from './instance-counts.js';
import {
  type InstanceName,
  type InstanceRow,
  positionOf,
  type PositionRow,
  readInstances,
  stateOf,
  writeInstances,
} from './instance-rows.js';
import { reproject } from './late-events.js';
import { keyOf, Lives } from './lives.js';
import { extendLife, settleEnded, sweptThroughUs } from './old-events.js';
import { comparePositions } from './position.js';
import { type InstanceState, projectInstance, type Transition } from './projection.js';
import type { Cause } from './service-aggregates.js';
import { ServiceSweep } from './service-sweep.js';
import { SettingsHistory } from './settings.js';
import { historyOf, type SettingsColumn } from './settings.sql.js';
import {
  endSilences,
  type NamedHearing,
  replaySilences,
  settleHearings,
  type Silence,
  type SilenceEnd,
} from './silences.js';
import { type StatusChange, StatusChanges } from './status-changes.js';
import {
  LOCK_SERVICES,
  READ_DELETIONS,
  READ_SERVICES,
  REMOVE_EMPTY_SERVICES,
  WRITE_SERVICES,
} from './status.sql.js';
import { insertTransitions } from './transitions.js';

interface ServiceRow extends PositionRow {
  readonly service_name: string;
  readonly current_status: Status;
  readonly instance_count: number;
  readonly last_seen: Micros | null;
  readonly settings: SettingsColumn;
}

interface DeletionsRow {
  readonly service_name: string;
  readonly instance_id: string;
  readonly received_through: readonly Micros[];
}

/** Events of one instance, in position order. */
type InstanceEvents = [ReceivedEvent, ...ReceivedEvent[]];

/** Silences to compute anew from a moment on; one that lasts, if its deadline lies before another. */
interface Unsettled {
  readonly state: InstanceState;
  readonly fromUs: Micros;
  readonly untilUs: Micros;
}

/** What the events of one batch make of the instances. */
interface Projected {
  readonly states: InstanceState[];
  readonly transitions: Transition[];
  readonly late: ReceivedEvent[];
  readonly hearings: NamedHearing[];
  readonly recoveries: SilenceEnd[];
  /** Instances whose silences have to be computed anew. */
  readonly unsettled: Unsettled[];
  readonly causes: Map<string, Cause>;
}

/**
 * Moves the states of instances and services by events that were stored in the same transaction.
 *
 * Lock order, here and everywhere: rows of `service_status` by name, then all else of these
 * services. A service's status is computed in a statement after the lock, over all its instances:
 * whoever comes second sees what the first one committed.
 */
@Injectable()
export class StatusStore {
  private readonly deadlines: Deadlines;
  private readonly windowDays: number;
  private readonly services: ServiceSweep;

  constructor(
    @Inject(ENVIRONMENT) environment: Environment,
    private readonly changes: StatusChanges,
  ) {
    this.deadlines = deadlinesOf(environment);
    this.windowDays = environment.HEALTH_EVENT_WINDOW_DAYS;
    this.services = new ServiceSweep(environment);
  }

  /**
   * `events`: rows that this very transaction inserted, in any order. Those that were received before
   * a deletion which came first are history: they find their place in it and move no state.
   */
  async apply(session: Session, events: readonly ReceivedEvent[]): Promise<void> {
    if (events.length > 0) await this.move(session, events, null);
  }

  /**
   * The same for an event that was received long ago, when it could not be stored. It is put where it
   * belongs: what was swept since is swept anew with it, and nobody comes back to life by it.
   */
  async applyOld(session: Session, event: ReceivedEvent): Promise<void> {
    await this.move(session, [event], event);
  }

  /** `old`: the only event, where it is an old one. */
  private async move(
    session: Session,
    events: readonly ReceivedEvent[],
    old: ReceivedEvent | null,
  ): Promise<void> {
    const serviceNames = JSON.stringify([...new Set(events.map((event) => event.serviceName))]);
    await session.query(LOCK_SERVICES, [serviceNames]);
    const sweptUs = old === null ? 0 : await sweptThroughUs(session);
    if (old !== null) await extendLife(session, old);
    const names = namesOf(events);
    const rows = await readInstances(session, names.values());
    const lives = await this.readLives(session, events, names, rows);
    const services = new Map(
      (await session.query<ServiceRow>(READ_SERVICES, [serviceNames])).map((row) => [
        row.service_name,
        row,
      ]),
    );
    const settings = new Map<string, SettingsHistory>();
    for (const row of services.values()) {
      if (row.settings !== null) settings.set(row.service_name, historyOf(row.settings));
    }
    const settingsOf = (serviceName: string): SettingsHistory =>
      settings.get(serviceName) ?? SettingsHistory.none;

    const counting = events.filter((event) => lives.isPresent(event));
    const byService = groupByService(counting);
    if (counting.length < events.length) {
      const stragglers = events.filter((event) => !lives.isPresent(event));
      await reproject(session, stragglers, (event) => lives.of(event), settingsOf);
      const emptied = stragglers.map((event) => event.serviceName).filter((s) => !byService.has(s));
      await session.query(REMOVE_EMPTY_SERVICES, [JSON.stringify(emptied)]);
    }
    const rulesOf = (serviceName: string): Rules => ({
      deadlines: this.deadlines,
      settings: settingsOf(serviceName),
    });
    if (counting.length === 0) {
      if (old === null) return;
      await settleEnded(session, old, rulesOf(old.serviceName), sweptUs, this.windowDays);
      return;
    }

    const projected = project(byService, rows, rulesOf, old === null ? null : sweptUs);
    const silences = await settleHearings(session, projected.hearings, rulesOf);
    const states = withRecoveries(projected.states, silences);
    await writeInstances(session, states, (state) => lives.presentAfterUs(state));
    await endSilences(session, projected.recoveries);
    await insertTransitions(session, projected.transitions);
    await reproject(session, projected.late, (event) => lives.of(event), settingsOf);
    for (const event of projected.late) {
      if (settings.has(event.serviceName)) noteCause(projected.causes, event);
    }
    for (const { state, fromUs, untilUs } of projected.unsettled) {
      const life = lives.of({ ...state, receivedAtUs: state.lastSeenUs });
      const instance = { ...state, life, endedAtUs: null };
      const rules = rulesOf(state.serviceName);
      const reach = old === null ? 'end' : 'newer event';
      await replaySilences(session, instance, fromUs, rules, untilUs, this.windowDays, reach);
    }
    if (old !== null) await this.services.sweep(session, [old.serviceName], sweptUs);
    await this.writeServices(session, byService, services, projected);
  }

  /**
   * The lives of instances that were deleted once. Only an instance without a state, or an event that
   * was received before its instance's last deletion, costs a query.
   */
  private async readLives(
    session: Session,
    events: readonly ReceivedEvent[],
    names: ReadonlyMap<string, InstanceName>,
    rows: ReadonlyMap<string, InstanceRow>,
  ): Promise<Lives> {
    const lives = new Lives();
    for (const row of rows.values()) {
      if (row.forgotten_through !== null) lives.add(row, [row.forgotten_through]);
    }
    const wanted = new Map(names);
    for (const key of rows.keys()) wanted.delete(key);
    for (const event of events) {
      if (lives.isPresent(event)) continue;
      const { serviceName: s, instanceId: i } = event;
      wanted.set(keyOf(s, i), { s, i });
    }
    if (wanted.size === 0) return lives;
    const deleted = await session.query<DeletionsRow>(READ_DELETIONS, [
      JSON.stringify([...wanted.values()]),
    ]);
    for (const row of deleted) lives.add(row, row.received_through);
    return lives;
  }

  private async writeServices(
    session: Session,
    byService: ReadonlyMap<string, ReadonlyMap<string, InstanceEvents>>,
    services: ReadonlyMap<string, ServiceRow>,
    { states, causes }: Projected,
  ): Promise<void> {
    const counts = await countInstances(session, [...causes.keys()]);
    const dueAt = latestDeadlines(states);
    const parameters: unknown[] = [];
    const changes: StatusChange[] = [];
    for (const [serviceName, instances] of byService) {
      const row = services.get(serviceName);
      if (row === undefined) throw new Error('a locked service has no row');
      const events = [...instances.values()].flat();
      const newest = events.reduce((a, b) => (comparePositions(a, b) < 0 ? b : a));
      const position = positionOf(row);
      const isNewer = position === null || comparePositions(position, newest) < 0;
      const counted = counts.get(serviceName);
      const aggregated = counted === undefined ? asBefore(row) : aggregateOf(row, counted);
      parameters.push({
        s: serviceName,
        st: aggregated.status,
        ic: aggregated.liveInstances,
        ls: events.reduce((latest, event) => Math.max(latest, event.receivedAtUs), 0),
        du: counted === undefined ? (dueAt.get(serviceName) ?? null) : counted.dueAtUs,
        dx: counted !== undefined,
        n: events.length,
        nw: isNewer,
        ...(isNewer
          ? {
              o: newest.occurredAtUs,
              r: newest.receivedAtUs,
              m: newest.messageId,
              p: newest.responseTimeMs,
              x: newest.message,
            }
          : {}),
      });
      const isFirst = row.last_seen === null;
      if (isFirst || aggregated.status !== row.current_status) {
        const cause = causes.get(serviceName);
        changes.push({
          serviceName,
          from: isFirst ? null : row.current_status,
          to: aggregated.status,
          reason: cause?.reason ?? 'event',
          instanceId: cause?.instanceId ?? null,
          messageId: cause?.messageId ?? null,
        });
      }
    }
    await session.query(WRITE_SERVICES, [JSON.stringify(parameters)]);
    await this.changes.record(session, changes);
  }
}

function project(
  byService: ReadonlyMap<string, ReadonlyMap<string, InstanceEvents>>,
  rows: ReadonlyMap<string, InstanceRow>,
  rulesOf: (serviceName: string) => Rules,
  /** Of old events: how far deadlines have been swept. */
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
      const row = rows.get(keyOf(serviceName, instanceId));
      const before = row === undefined ? null : stateOf(row);
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

function noteCause(causes: Map<string, Cause>, event: ReceivedEvent): void {
  if (causes.has(event.serviceName)) return;
  const { instanceId, messageId } = event;
  causes.set(event.serviceName, { reason: 'event', instanceId, messageId });
}

function withRecoveries(
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

const asBefore = (row: ServiceRow): ReturnType<typeof aggregate> => ({
  status: row.current_status,
  liveInstances: row.instance_count,
});

const aggregateOf = (row: ServiceRow, { counts }: InstanceTotals): ReturnType<typeof aggregate> =>
  aggregate(counts, historyOf(row.settings).newest.expectedInstances);

/** Each instance once. */
const namesOf = (events: readonly ReceivedEvent[]): Map<string, InstanceName> =>
  new Map(events.map(({ serviceName: s, instanceId: i }) => [keyOf(s, i), { s, i }] as const));

function groupByService(
  events: readonly ReceivedEvent[],
): Map<string, Map<string, InstanceEvents>> {
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

/** The service is silent only when all its instances are, so the latest deadline counts. */
function latestDeadlines(states: readonly InstanceState[]): Map<string, Micros> {
  const latest = new Map<string, Micros>();
  for (const { serviceName, dueAtUs } of states) {
    if (dueAtUs !== null && dueAtUs > (latest.get(serviceName) ?? 0))
      latest.set(serviceName, dueAtUs);
  }
  return latest;
}
