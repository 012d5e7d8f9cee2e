import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Micros, ReceivedEvent } from '../events/health-event.js';
import type { Session } from '../storage/database.js';
import { aggregate } from './aggregation.js';
import { noteCause, projectBatch, recover, rewrittenServices } from './batch-projection.js';
import { deadlinesOf } from './configured-deadlines.js';
import type { Deadlines, Rules } from './deadline.js';
import { countInstances, type InstanceTotals } from './instance-counts.js';
import { moveInstances, readInstances } from './instance-rows.js';
import { READ_DELETIONS } from './instance-rows.sql.js';
import { KnownStates, type WrittenService, type WrittenStates } from './known-states.js';
import { reproject } from './late-events.js';
import { keyOf, Lives } from './lives.js';
import { extendLife, settleEnded, sweptThroughUs } from './old-events.js';
import type { Cause } from './service-aggregates.js';
import { ServiceSweep } from './service-sweep.js';
import type { SettingsHistory } from './settings.js';
import { groupByService, instancesOf, type ServiceBatches } from './service-batch.js';
import { moveOf } from './service-move.js';
import { lockServices, type ServiceMove, writeServices } from './service-rows.js';
import { REMOVE_EMPTY_SERVICES } from './service-rows.sql.js';
import { readHistories } from './settings-histories.js';
import { endSilences, replaySilences, settleHearings } from './silences.js';
import { type StatusChange, StatusChanges } from './status-changes.js';
import { insertTransitions } from './transitions.js';

/** Service and instance. */
interface InstanceParameter {
  readonly s: string;
  readonly i: string;
}

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
    const { xid, server } = await lockServices(session, all, known);
    const sweptUs = old === null ? 0 : await sweptThroughUs(session);
    if (old !== null) await extendLife(session, old);
    await readInstances(session, all);
    const lives = await this.readLives(session, events, all);
    const settingsOf = await readHistories(session, [...all.keys()]);
    const rulesOf = (serviceName: string): Rules => ({
      deadlines: this.deadlines,
      settings: settingsOf(serviceName),
    });

    const stragglers = events.filter((event) => !lives.isPresent(event));
    const services = stragglers.length === 0 ? all : withoutStragglers(all, lives);
    if (stragglers.length > 0) {
      await reproject(session, stragglers, (event) => lives.of(event), settingsOf);
      const emptied = [...all.keys()].filter((name) => !services.has(name));
      await session.query(REMOVE_EMPTY_SERVICES, [JSON.stringify(emptied)]);
    }
    if (services.size === 0) {
      if (old === null) return null;
      await settleEnded(session, old, rulesOf(old.serviceName), sweptUs, this.windowDays);
      return null;
    }

    const projecting = { xid, rulesOf, lives, sweptUs: old === null ? null : sweptUs };
    const projected = projectBatch(services, projecting);
    recover(services, await settleHearings(session, projected.hearings, rulesOf));
    await moveInstances(session, services);
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
    await this.moveServices(session, services, xid, projected.causes, settingsOf);

    const rewritten = rewrittenServices(projected, stragglers);
    return { server, services: writtenServices(services, rewritten) };
  }

  /**
   * The lives of instances that were deleted once. Only an instance without a state, or an event that
   * was received before its instance's last deletion, costs a query.
   */
  private async readLives(
    session: Session,
    events: readonly ReceivedEvent[],
    services: ServiceBatches,
  ): Promise<Lives> {
    const lives = new Lives();
    const wanted = new Map<string, InstanceParameter>();
    for (const { serviceName: s, instanceId: i, before } of instancesOf(services)) {
      if (before === null) wanted.set(keyOf(s, i), { s, i });
      else if (before.forgottenThroughUs !== null) {
        lives.add(before.state, [before.forgottenThroughUs]);
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

  private async moveServices(
    session: Session,
    services: ServiceBatches,
    xid: number,
    causes: ReadonlyMap<string, Cause>,
    settingsOf: (serviceName: string) => SettingsHistory,
  ): Promise<void> {
    const counts = await countInstances(session, [...causes.keys()]);
    const moves: ServiceMove[] = [];
    const changes: StatusChange[] = [];
    for (const service of services.values()) {
      const { serviceName } = service;
      const totals = counts.get(serviceName);
      const counted =
        totals === undefined
          ? null
          : { ...aggregateOf(totals, settingsOf(serviceName)), dueAtUs: totals.dueAtUs };
      const move = moveOf(service, counted, xid);
      moves.push(move);
      service.after = move.after;
      const isFirst = move.before.lastSeenUs === null;
      if (isFirst || move.after.status !== move.before.status) {
        const cause = causes.get(serviceName);
        changes.push({
          serviceName,
          from: isFirst ? null : move.before.status,
          to: move.after.status,
          reason: cause?.reason ?? 'event',
          instanceId: cause?.instanceId ?? null,
          messageId: cause?.messageId ?? null,
        });
      }
    }
    await writeServices(session, moves);
    await this.changes.record(session, changes);
  }
}

const aggregateOf = (
  { counts }: InstanceTotals,
  settings: SettingsHistory,
): ReturnType<typeof aggregate> => aggregate(counts, settings.newest.expectedInstances);

const withoutStragglers = (services: ServiceBatches, lives: Lives): ServiceBatches => {
  const present = [...instancesOf(services)]
    .flatMap(({ events }) => events)
    .filter((event) => lives.isPresent(event));
  const others = groupByService(present);
  for (const [serviceName, service] of others) {
    const whole = services.get(serviceName);
    service.known = whole?.known ?? null;
    service.before = whole?.before ?? null;
    for (const instance of service.instances) {
      instance.before = whole?.instance(instance.instanceId)?.before ?? null;
    }
  }
  return others;
};

/** All but those of which other statements have written instances, too. */
const writtenServices = (
  services: ServiceBatches,
  rewritten: ReadonlySet<string>,
): WrittenService[] => {
  const written: WrittenService[] = [];
  for (const { serviceName, known, after: row, instances } of services.values()) {
    if (row === null || rewritten.has(serviceName)) continue;
    const after = instances.map((instance) => instance.after).filter((state) => state !== null);
    written.push({ serviceName, known, row, instances: after });
  }
  return written;
};
