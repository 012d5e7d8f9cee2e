import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Micros, ReceivedEvent } from '../events/health-event.js';
import type { Session } from '../storage/database.js';
import { aggregate } from './aggregation.js';
import {
  latestDeadlines,
  noteCause,
  type Projected,
  projectBatch,
  rewrittenServices,
  withRecoveries,
} from './batch-projection.js';
import { deadlinesOf } from './configured-deadlines.js';
import { type EventsByService, groupByService, namesOf, summaryOf } from './events-by-service.js';
import type { Deadlines, Rules } from './deadline.js';
import { countInstances, type InstanceTotals } from './instance-counts.js';
import { type InstanceName, moveInstances, readInstances } from './instance-rows.js';
import { READ_DELETIONS } from './instance-rows.sql.js';
import {
  KnownStates,
  type StoredInstance,
  type StoredService,
  type WrittenStates,
} from './known-states.js';
import { reproject } from './late-events.js';
import { keyOf, Lives } from './lives.js';
import { extendLife, settleEnded, sweptThroughUs } from './old-events.js';
import { comparePositions } from './position.js';
import { ServiceSweep } from './service-sweep.js';
import type { SettingsHistory } from './settings.js';
import {
  type LockedServices,
  lockServices,
  movedService,
  type ServiceMove,
  writeServices,
} from './service-rows.js';
import { REMOVE_EMPTY_SERVICES } from './service-rows.sql.js';
import { readHistories } from './settings-histories.js';
import { endSilences, replaySilences, settleHearings } from './silences.js';
import { type StatusChange, StatusChanges } from './status-changes.js';
import { insertTransitions } from './transitions.js';

interface DeletionsRow {
  readonly service_name: string;
  readonly instance_id: string;
  readonly received_through: readonly Micros[];
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
  private readonly known = new KnownStates();

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
   *
   * @returns what is to be {@link remember}ed once the transaction is committed.
   * @throws StaleStatesError where somebody wrote what was remembered: {@link forget}, and try again.
   */
  async apply(session: Session, events: readonly ReceivedEvent[]): Promise<WrittenStates | null> {
    return events.length === 0 ? null : await this.move(session, events, this.known, null);
  }

  /**
   * The same for an event that was received long ago, when it could not be stored. It is put where it
   * belongs: what was swept since is swept anew with it, and nobody comes back to life by it.
   */
  async applyOld(session: Session, event: ReceivedEvent): Promise<void> {
    await this.move(session, [event], new KnownStates(), event);
  }

  /** Spares the next transaction reading what this one wrote. */
  remember(written: WrittenStates | null): void {
    if (written !== null) this.known.remember(written, performance.now());
  }

  /** After a StaleStatesError; the next transaction reads everything. */
  forget(): void {
    this.known.forget();
  }

  /** `old`: the only event, where it is an old one. */
  private async move(
    session: Session,
    events: readonly ReceivedEvent[],
    known: KnownStates,
    old: ReceivedEvent | null,
  ): Promise<WrittenStates | null> {
    const all = groupByService(events);
    const { xid, server, services, unchanged } = await lockServices(
      session,
      [...all.keys()],
      known,
    );
    const sweptUs = old === null ? 0 : await sweptThroughUs(session);
    if (old !== null) await extendLife(session, old);
    const names = namesOf(all);
    const before = await readInstances(session, names, known, unchanged);
    const lives = await this.readLives(session, events, names, before);
    const settingsOf = await readHistories(session, [...all.keys()]);
    const rulesOf = (serviceName: string): Rules => ({
      deadlines: this.deadlines,
      settings: settingsOf(serviceName),
    });

    const stragglers = events.filter((event) => !lives.isPresent(event));
    const counting =
      stragglers.length === 0 ? all : groupByService(events.filter((e) => lives.isPresent(e)));
    if (stragglers.length > 0) {
      await reproject(session, stragglers, (event) => lives.of(event), settingsOf);
      const emptied = [...all.keys()].filter((name) => !counting.has(name));
      await session.query(REMOVE_EMPTY_SERVICES, [JSON.stringify(emptied)]);
    }
    if (counting.size === 0) {
      if (old === null) return null;
      await settleEnded(session, old, rulesOf(old.serviceName), sweptUs, this.windowDays);
      return null;
    }

    const projected = projectBatch(counting, before, rulesOf, old === null ? null : sweptUs);
    const silences = await settleHearings(session, projected.hearings, rulesOf);
    const instances = withRecoveries(projected.states, silences).map((state) => ({
      xid,
      state,
      forgottenThroughUs: lives.presentAfterUs(state),
    }));
    await moveInstances(session, instances, before);
    await endSilences(session, projected.recoveries);
    await insertTransitions(session, projected.transitions);
    await reproject(session, projected.late, (event) => lives.of(event), settingsOf);
    for (const event of projected.late) {
      if (settingsOf(event.serviceName).changes.length > 0) noteCause(projected.causes, event);
    }
    for (const { state, fromUs, untilUs } of projected.unsettled) {
      const life = lives.of({ ...state, receivedAtUs: state.lastSeenUs });
      const instance = { ...state, life, endedAtUs: null };
      const rules = rulesOf(state.serviceName);
      const reach = old === null ? 'end' : 'newer event';
      await replaySilences(session, instance, fromUs, rules, untilUs, this.windowDays, reach);
    }
    if (old !== null) await this.services.sweep(session, [old.serviceName], sweptUs);
    const moved = await this.moveServices(
      session,
      counting,
      { xid, services },
      projected,
      settingsOf,
    );

    const rewritten = rewrittenServices(projected, stragglers);
    for (const serviceName of rewritten) moved.delete(serviceName);
    return {
      server,
      services: moved,
      instances: instances.filter(({ state }) => !rewritten.has(state.serviceName)),
    };
  }

  /**
   * The lives of instances that were deleted once. Only an instance without a state, or an event that
   * was received before its instance's last deletion, costs a query.
   */
  private async readLives(
    session: Session,
    events: readonly ReceivedEvent[],
    names: readonly InstanceName[],
    before: ReadonlyMap<string, StoredInstance>,
  ): Promise<Lives> {
    const lives = new Lives();
    for (const { state, forgottenThroughUs } of before.values()) {
      if (forgottenThroughUs !== null) lives.add(state, [forgottenThroughUs]);
    }
    const wanted = new Map<string, InstanceName>();
    if (before.size < names.length) {
      for (const name of names) {
        const key = keyOf(name.s, name.i);
        if (!before.has(key)) wanted.set(key, name);
      }
    }
    for (const event of events) {
      if (lives.isPresent(event)) continue;
      const { serviceName: s, instanceId: i } = event;
      wanted.set(keyOf(s, i), { s, i });
    }
    if (wanted.size === 0) return lives;
    const deleted = await session.query<DeletionsRow>(READ_DELETIONS, [
      JSON.stringify([...wanted.values()]),
    ]);
    for (const row of deleted) {
      const name = { serviceName: row.service_name, instanceId: row.instance_id };
      lives.add(name, row.received_through);
    }
    return lives;
  }

  /** @returns the services as they are then. */
  private async moveServices(
    session: Session,
    byService: EventsByService,
    { xid, services }: Pick<LockedServices, 'xid' | 'services'>,
    { states, causes }: Projected,
    settingsOf: (serviceName: string) => SettingsHistory,
  ): Promise<Map<string, StoredService>> {
    const counts = await countInstances(session, [...causes.keys()]);
    const dueAt = latestDeadlines(states);
    const moves: ServiceMove[] = [];
    const changes: StatusChange[] = [];
    const moved = new Map<string, StoredService>();
    for (const [serviceName, instances] of byService) {
      const before = services.get(serviceName);
      if (before === undefined) throw new Error('a locked service has no row');
      const { newest, lastSeenUs, events } = summaryOf(instances);
      const isNewer = before.newest === null || comparePositions(before.newest, newest) < 0;
      const counted = counts.get(serviceName);
      const after = counted === undefined ? before : aggregateOf(counted, settingsOf(serviceName));
      const move = {
        serviceName,
        after: { status: after.status, liveInstances: after.liveInstances },
        lastSeenUs,
        dueAtUs: counted === undefined ? (dueAt.get(serviceName) ?? null) : counted.dueAtUs,
        isDueExact: counted !== undefined,
        events,
        newest: isNewer ? newest : null,
      };
      moves.push(move);
      moved.set(serviceName, movedService(before, move, xid));
      const isFirst = before.lastSeenUs === null;
      if (isFirst || after.status !== before.status) {
        const cause = causes.get(serviceName);
        changes.push({
          serviceName,
          from: isFirst ? null : before.status,
          to: after.status,
          reason: cause?.reason ?? 'event',
          instanceId: cause?.instanceId ?? null,
          messageId: cause?.messageId ?? null,
        });
      }
    }
    await writeServices(session, moves, services);
    await this.changes.record(session, changes);
    return moved;
  }
}

const aggregateOf = (
  { counts }: InstanceTotals,
  settings: SettingsHistory,
): ReturnType<typeof aggregate> => aggregate(counts, settings.newest.expectedInstances);
