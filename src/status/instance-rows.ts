import type { Micros } from '../events/health-event.js';
import type { InstanceStatus } from '../events/status-vocabulary.js';
import type { Session } from '../storage/database.js';
import { keyOf } from './lives.js';
import type { Position } from './position.js';
import { type InstanceState, visibleSinceUs, visibleStatus } from './projection.js';
import { READ_INSTANCES, WRITE_INSTANCES } from './status.sql.js';

/** Service and instance, as parameters of a statement. */
export interface InstanceName {
  readonly s: string;
  readonly i: string;
}

export interface PositionRow {
  readonly occurred_at: Micros | null;
  readonly received_at: Micros | null;
  readonly message_id: string | null;
}

export interface InstanceRow extends PositionRow {
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

export async function readInstances(
  session: Session,
  names: Iterable<InstanceName>,
): Promise<Map<string, InstanceRow>> {
  const rows = await session.query<InstanceRow>(READ_INSTANCES, [JSON.stringify([...names])]);
  return new Map(rows.map((row) => [keyOf(row.service_name, row.instance_id), row]));
}

/** `forgottenThroughUs`: where the present life of an instance begins; null where it is the first. */
export async function writeInstances(
  session: Session,
  states: readonly InstanceState[],
  forgottenThroughUs: (state: InstanceState) => Micros | null,
): Promise<void> {
  await session.query(WRITE_INSTANCES, [
    JSON.stringify(states.map((state) => parameterOf(state, forgottenThroughUs(state)))),
  ]);
}

export function positionOf(row: PositionRow): Position | null {
  if (row.occurred_at === null || row.received_at === null || row.message_id === null) return null;
  return {
    occurredAtUs: row.occurred_at,
    receivedAtUs: row.received_at,
    messageId: row.message_id,
  };
}

export function stateOf(row: InstanceRow): InstanceState {
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
function parameterOf(state: InstanceState, forgottenThroughUs: Micros | null): unknown {
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
