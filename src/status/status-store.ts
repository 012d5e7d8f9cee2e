import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Micros, ReceivedEvent } from '../events/health-event.js';
import type { Status } from '../events/status-vocabulary.js';
import type { Session } from '../storage/database.js';
import { aggregate, type InstanceCounts } from './aggregation.js';
import { insertTransitions, reproject } from './late-events.js';
import { keyOf, Lives } from './lives.js';
import {
  comparePositions,
  type Deadlines,
  type InstanceState,
  type Position,
  projectInstance,
  type Transition,
} from './projection.js';
import {
  COUNT_INSTANCES,
  INSERT_STATUS_CHANGES,
  LOCK_SERVICES,
  READ_DELETIONS,
  READ_INSTANCES,
  READ_SERVICES,
  REMOVE_EMPTY_SERVICES,
  WRITE_INSTANCES,
  WRITE_SERVICES,
} from './status.sql.js';

interface PositionRow {
  readonly occurred_at: number | null;
  readonly received_at: number | null;
  readonly message_id: string | null;
}

interface ServiceRow extends PositionRow {
  readonly service_name: string;
  readonly current_status: Status;
  readonly instance_count: number;
  readonly last_seen: number | null;
}

interface InstanceRow extends PositionRow {
  readonly service_name: string;
  readonly instance_id: string;
  readonly current_status: InstanceState['status'];
  readonly status_since: number;
  readonly last_seen: number;
  readonly ttl_seconds: number | null;
  readonly due_at: number | null;
  readonly version: string | null;
  readonly response_time_ms: number | null;
  readonly message: string | null;
  readonly message_count: number;
  readonly forgotten_through: number | null;
}

interface DeletionsRow {
  readonly service_name: string;
  readonly instance_id: string;
  readonly received_through: readonly number[];
}

/** Events of one instance, in position order. */
type InstanceEvents = [ReceivedEvent, ...ReceivedEvent[]];

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

  constructor(@Inject(ENVIRONMENT) environment: Environment) {
    this.deadlines = {
      defaultTtlSeconds: environment.HEALTH_DEFAULT_TTL_SECONDS,
      graceSeconds: environment.HEALTH_GRACE_SECONDS,
    };
  }

  /**
   * `events`: rows that this very transaction inserted, in any order. Those that were received before
   * a deletion which came first are history: they find their place in it and move no state.
   */
  async apply(session: Session, events: readonly ReceivedEvent[]): Promise<void> {
    if (events.length === 0) return;
    const serviceNames = JSON.stringify([...new Set(events.map((event) => event.serviceName))]);
    await session.query(LOCK_SERVICES, [serviceNames]);
    const names = namesOf(events);
    const rows = await this.readInstances(session, names);
    const lives = await this.readLives(session, events, names, rows);
    const counting = events.filter((event) => lives.isPresent(event));
    const byService = groupByService(counting);
    if (counting.length < events.length) {
      const stragglers = events.filter((event) => !lives.isPresent(event));
      await reproject(session, stragglers, (event) => lives.of(event));
      const emptied = stragglers.map((event) => event.serviceName).filter((s) => !byService.has(s));
      await session.query(REMOVE_EMPTY_SERVICES, [JSON.stringify(emptied)]);
    }
    if (counting.length === 0) return;
    const services = new Map(
      (await session.query<ServiceRow>(READ_SERVICES, [serviceNames])).map((row) => [
        row.service_name,
        row,
      ]),
    );

    const written: InstanceState[] = [];
    const transitions: Transition[] = [];
    const late: ReceivedEvent[] = [];
    const causes = new Map<string, Transition>();
    for (const [serviceName, instances] of byService) {
      for (const [instanceId, instanceEvents] of instances) {
        const row = rows.get(keyOf(serviceName, instanceId));
        const before = row === undefined ? null : stateOf(row);
        const projection = projectInstance(before, instanceEvents, this.deadlines);
        written.push(projection.state);
        transitions.push(...projection.transitions);
        late.push(...projection.late);
        const last = projection.transitions.at(-1);
        if (last !== undefined) causes.set(serviceName, last);
      }
    }
    await session.query(WRITE_INSTANCES, [
      JSON.stringify(written.map((state) => instanceParameter(state, lives.presentAfterUs(state)))),
    ]);
    await insertTransitions(session, transitions);
    await reproject(session, late, (event) => lives.of(event));
    await this.writeServices(session, byService, services, written, causes);
  }

  private async readInstances(
    session: Session,
    names: ReadonlyMap<string, InstanceName>,
  ): Promise<Map<string, InstanceRow>> {
    const rows = await session.query<InstanceRow>(READ_INSTANCES, [
      JSON.stringify([...names.values()]),
    ]);
    return new Map(rows.map((row) => [keyOf(row.service_name, row.instance_id), row]));
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
    written: readonly InstanceState[],
    causes: ReadonlyMap<string, Transition>,
  ): Promise<void> {
    const counts = await countInstances(session, [...causes.keys()]);
    const dueAt = latestDeadlines(written);
    const parameters: unknown[] = [];
    const changes: unknown[] = [];
    for (const [serviceName, instances] of byService) {
      const row = services.get(serviceName);
      if (row === undefined) throw new Error('a locked service has no row');
      const events = [...instances.values()].flat();
      const newest = events.reduce((a, b) => (comparePositions(a, b) < 0 ? b : a));
      const position = positionOf(row);
      const isNewer = position === null || comparePositions(position, newest) < 0;
      const counted = counts.get(serviceName);
      const aggregated =
        counted === undefined
          ? { status: row.current_status, liveInstances: row.instance_count }
          : aggregate(counted);
      parameters.push({
        s: serviceName,
        st: aggregated.status,
        ic: aggregated.liveInstances,
        ls: events.reduce((latest, event) => Math.max(latest, event.receivedAtUs), 0),
        du: dueAt.get(serviceName) ?? null,
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
          s: serviceName,
          f: isFirst ? null : row.current_status,
          t: aggregated.status,
          w: cause?.reason ?? 'event',
          i: cause?.instanceId ?? null,
          m: cause?.messageId ?? null,
        });
      }
    }
    await session.query(WRITE_SERVICES, [JSON.stringify(parameters)]);
    if (changes.length > 0) await session.query(INSERT_STATUS_CHANGES, [JSON.stringify(changes)]);
  }
}

/** Service and instance, as parameters of a statement. */
interface InstanceName {
  readonly s: string;
  readonly i: string;
}

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

/** How many instances of each service are in each status. */
export async function countInstances(
  session: Session,
  serviceNames: readonly string[],
): Promise<Map<string, InstanceCounts>> {
  const counts = new Map<string, InstanceCounts>();
  if (serviceNames.length === 0) return counts;
  const rows = await session.query<{
    service_name: string;
    current_status: InstanceState['status'];
    instances: number;
  }>(COUNT_INSTANCES, [JSON.stringify(serviceNames)]);
  for (const row of rows) {
    counts.set(row.service_name, {
      ...counts.get(row.service_name),
      [row.current_status]: row.instances,
    });
  }
  return counts;
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

function positionOf(row: PositionRow): Position | null {
  if (row.occurred_at === null || row.received_at === null || row.message_id === null) return null;
  return {
    occurredAtUs: row.occurred_at,
    receivedAtUs: row.received_at,
    messageId: row.message_id,
  };
}

function stateOf(row: InstanceRow): InstanceState {
  const newest = positionOf(row);
  if (newest === null) throw new Error('an instance has no newest event');
  return {
    serviceName: row.service_name,
    instanceId: row.instance_id,
    status: row.current_status,
    statusSinceUs: row.status_since,
    newest,
    lastSeenUs: row.last_seen,
    ttlSeconds: row.ttl_seconds,
    dueAtUs: row.due_at,
    version: row.version,
    responseTimeMs: row.response_time_ms,
    message: row.message,
    messageCount: row.message_count,
  };
}

const instanceParameter = (state: InstanceState, forgottenThroughUs: Micros | null): unknown => ({
  s: state.serviceName,
  i: state.instanceId,
  st: state.status,
  si: state.statusSinceUs,
  ls: state.lastSeenUs,
  o: state.newest.occurredAtUs,
  r: state.newest.receivedAtUs,
  m: state.newest.messageId,
  l: state.ttlSeconds,
  du: state.dueAtUs,
  v: state.version,
  p: state.responseTimeMs,
  x: state.message,
  n: state.messageCount,
  g: forgottenThroughUs,
});
