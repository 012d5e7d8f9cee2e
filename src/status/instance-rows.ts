import type { Micros } from '../events/health-event.js';
import type { InstanceStatus } from '../events/status-vocabulary.js';
import {
  float8Array,
  int8Array,
  textArray,
  timestampArray,
  uuidArray,
  xidArray,
} from '../storage/binary-arrays.js';
import type { Session } from '../storage/database.js';
import { StaleStatesError, type StoredInstance } from './known-states.js';
import { type InstanceBatch, instancesOf, type ServiceBatches } from './service-batch.js';
import type { Position } from './position.js';
import { type InstanceState, visibleSinceUs, visibleStatus } from './projection.js';
import {
  COUNT_UNCHANGED_INSTANCES,
  MOVE_INSTANCES,
  READ_INSTANCES,
  WRITE_INSTANCES,
} from './instance-rows.sql.js';

export interface PositionRow {
  readonly occurred_at: Micros | null;
  readonly received_at: Micros | null;
  readonly message_id: string | null;
}

interface InstanceRow extends PositionRow {
  readonly xid: string;
  readonly service_name: string;
  readonly instance_id: string;
  readonly current_status: string;
  readonly status_since: Micros;
  readonly reported_status: InstanceStatus;
  readonly reported_since: Micros;
  readonly streak: number;
  readonly first_seen: Micros;
  readonly last_seen: Micros;
  readonly last_message_id: string;
  readonly recovered_at: Micros | null;
  readonly ttl_seconds: number | null;
  readonly due_at: Micros | null;
  readonly version: string | null;
  readonly response_time_ms: number | null;
  readonly message: string | null;
  readonly message_count: number;
  readonly forgotten_through: Micros | null;
}

/**
 * Puts into each instance the row that it has `before`: as it is known, where its service's row is
 * unchanged, else read. What is known may still be wrong; {@link moveInstances} finds out.
 */
export async function readInstances(session: Session, services: ServiceBatches): Promise<void> {
  const unread: InstanceBatch[] = [];
  for (const { known, instances } of services.values()) {
    for (const instance of instances) {
      instance.before = known?.instances.get(instance.instanceId) ?? null;
      if (instance.before === null) unread.push(instance);
    }
  }
  if (unread.length === 0) return;
  const rows = await session.query<InstanceRow>(READ_INSTANCES, [
    textArray(unread.map(({ serviceName }) => serviceName)),
    textArray(unread.map(({ instanceId }) => instanceId)),
  ]);
  for (const row of rows) {
    const instance = services.get(row.service_name)?.instance(row.instance_id);
    if (instance === undefined) throw new Error('an instance was read that nobody asked for');
    instance.before = {
      xid: Number(row.xid),
      state: stateOf(row),
      forgottenThroughUs: row.forgotten_through,
    };
  }
}

/**
 * Most instances are just heard again, and of those only what moved is written; the others are written
 * as {@link writeInstances} does.
 *
 * @throws StaleStatesError where a row is not what it was before.
 */
export async function moveInstances(session: Session, services: ServiceBatches): Promise<void> {
  const heard: [InstanceState, StoredInstance][] = [];
  const others: StoredInstance[] = [];
  const known: StoredInstance[] = [];
  for (const { before, after } of instancesOf(services)) {
    if (after === null) throw new Error('an instance was not projected');
    if (before !== null && isJustHeard(after, before)) {
      heard.push([after.state, before]);
    } else {
      others.push(after);
      if (before !== null) known.push(before);
    }
  }
  if (heard.length > 0) await moveHeard(session, heard);
  if (known.length > 0) await checkUnchanged(session, known);
  if (others.length > 0) await writeInstances(session, others);
}

async function moveHeard(
  session: Session,
  heard: readonly (readonly [InstanceState, StoredInstance])[],
): Promise<void> {
  const states = heard.map(([state]) => state);
  const [moved] = await session.query<{ rows: number }>(MOVE_INSTANCES, [
    textArray(states.map(({ serviceName }) => serviceName)),
    textArray(states.map(({ instanceId }) => instanceId)),
    timestampArray(states.map(({ newest }) => newest.occurredAtUs)),
    timestampArray(states.map(({ newest }) => newest.receivedAtUs)),
    uuidArray(states.map(({ newest }) => newest.messageId)),
    timestampArray(states.map(({ dueAtUs }) => dueAtUs)),
    float8Array(states.map(({ responseTimeMs }) => responseTimeMs)),
    textArray(states.map(({ message }) => message)),
    int8Array(states.map(({ messageCount }) => messageCount)),
    xidArray(heard.map(([, { xid }]) => xid)),
  ]);
  if (moved?.rows !== heard.length) throw new StaleStatesError();
}

async function checkUnchanged(session: Session, known: readonly StoredInstance[]): Promise<void> {
  const [unchanged] = await session.query<{ rows: number }>(COUNT_UNCHANGED_INSTANCES, [
    textArray(known.map(({ state }) => state.serviceName)),
    textArray(known.map(({ state }) => state.instanceId)),
    xidArray(known.map(({ xid }) => xid)),
  ]);
  if (unchanged?.rows !== known.length) throw new StaleStatesError();
}

/** Whether {@link MOVE_INSTANCES} writes all that is new of it. */
function isJustHeard(after: InstanceToWrite, before: StoredInstance): boolean {
  const [a, b] = [after.state, before.state];
  return (
    a.newest.receivedAtUs === a.lastSeenUs &&
    a.newest.messageId === a.lastMessageId &&
    a.status === b.status &&
    a.statusSinceUs === b.statusSinceUs &&
    a.streak === b.streak &&
    a.firstSeenUs === b.firstSeenUs &&
    a.ttlSeconds === b.ttlSeconds &&
    a.silentSinceUs === b.silentSinceUs &&
    a.recoveredAtUs === b.recoveredAtUs &&
    a.version === b.version &&
    after.forgottenThroughUs === before.forgottenThroughUs
  );
}

/** An instance's row to be written, be it new. */
type InstanceToWrite = Pick<StoredInstance, 'state' | 'forgottenThroughUs'>;

export async function writeInstances(
  session: Session,
  instances: readonly InstanceToWrite[],
): Promise<void> {
  await session.query(WRITE_INSTANCES, [JSON.stringify(instances.map(parameterOf))]);
}

export function positionOf(row: PositionRow): Position | null {
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
    status: row.reported_status,
    statusSinceUs: row.reported_since,
    streak: row.streak,
    newest,
    firstSeenUs: row.first_seen,
    lastSeenUs: row.last_seen,
    lastMessageId: row.last_message_id,
    ttlSeconds: row.ttl_seconds,
    dueAtUs: row.due_at,
    silentSinceUs: row.current_status === 'stale' ? row.status_since : null,
    recoveredAtUs: row.recovered_at,
    version: row.version,
    responseTimeMs: row.response_time_ms,
    message: row.message,
    messageCount: row.message_count,
  };
}

/** What is mostly the same as another column is left out then: shorter to send and to read. */
function parameterOf({ state, forgottenThroughUs }: InstanceToWrite): unknown {
  const { newest, lastMessageId, status, statusSinceUs, streak } = state;
  const [shown, shownSinceUs] = [visibleStatus(state), visibleSinceUs(state)];
  return {
    s: state.serviceName,
    i: state.instanceId,
    st: shown,
    si: shownSinceUs,
    rs: status === shown ? undefined : status,
    rt: statusSinceUs === shownSinceUs ? undefined : statusSinceUs,
    k: streak === 0 ? undefined : streak,
    fs: state.firstSeenUs,
    ls: state.lastSeenUs,
    lm: lastMessageId === newest.messageId ? undefined : lastMessageId,
    ra: state.recoveredAtUs ?? undefined,
    o: newest.occurredAtUs,
    r: newest.receivedAtUs,
    m: newest.messageId,
    l: state.ttlSeconds,
    du: state.dueAtUs,
    v: state.version,
    p: state.responseTimeMs,
    x: state.message,
    n: state.messageCount,
    g: forgottenThroughUs ?? undefined,
  };
}
