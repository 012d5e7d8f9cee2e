import type { Micros, ReceivedEvent } from '../events/health-event.js';
import type { Status } from '../events/status-vocabulary.js';
import {
  float8Array,
  int8Array,
  textArray,
  timestampArray,
  uuidArray,
  xidArray,
} from '../storage/binary-arrays.js';
import type { Session } from '../storage/database.js';
import { positionOf, type PositionRow } from './instance-rows.js';
import type { KnownStates, StoredService } from './known-states.js';
import type { ServiceBatches } from './service-batch.js';
import {
  LOCK_KNOWN_SERVICES,
  LOCK_SERVICES,
  MOVE_SERVICES,
  READ_SERVICES,
  WRITE_SERVICES,
} from './service-rows.sql.js';

/** What the events of one transaction make of a service. */
export interface ServiceMove {
  readonly serviceName: string;
  readonly before: StoredService;
  readonly after: StoredService;
  /** Of its events. */
  readonly lastSeenUs: Micros;
  readonly dueAtUs: Micros | null;
  /** The deadline is that, where it could else only be later than before. */
  readonly isDueExact: boolean;
  readonly events: number;
  /** Its newest event. */
  readonly newest: ReceivedEvent;
  /** Whether that is newer than all before. */
  readonly isNewer: boolean;
}

interface ServiceRow extends PositionRow {
  readonly xid: string;
  readonly service_name: string;
  readonly current_status: Status;
  readonly instance_count: number;
  readonly last_seen: Micros | null;
}

interface LockedRow {
  readonly xid: string;
  readonly server: string;
  readonly locked: number;
  readonly changed: readonly string[] | null;
}

/** The transaction that holds the locks. */
export interface LockingTransaction {
  readonly xid: number;
  /** Another with every start of a server. */
  readonly server: string;
}

/** No row has it. Source: PostgreSQL, InvalidTransactionId. */
const NO_XID = 0;

/**
 * Makes missing services and locks all of them; puts into each what is known of it, where its row is
 * unchanged, and the row that it has `before`.
 */
export async function lockServices(
  session: Session,
  services: ServiceBatches,
  known: KnownStates,
): Promise<LockingTransaction> {
  const names = [...services.keys()];
  const areKnown = names.every((name) => known.service(name) !== undefined);
  const { xid, server, changed } =
    (areKnown ? await lockKnown(session, names, known) : null) ??
    (await lockAnew(session, names, known));
  const changedNames = new Set(changed);
  const unread: string[] = [];
  for (const service of services.values()) {
    const { serviceName } = service;
    const isUnchanged = known.isOf(server) && !changedNames.has(serviceName);
    service.known = isUnchanged ? (known.service(serviceName) ?? null) : null;
    service.before = service.known?.row ?? null;
    if (service.before === null) unread.push(serviceName);
  }
  for (const row of await readServices(session, unread)) {
    const service = services.get(row.service_name);
    if (service === undefined) throw new Error('a service was read that nobody asked for');
    service.before = serviceOf(row);
  }
  return { xid: Number(xid), server };
}

/** Null where one is gone. */
async function lockKnown(
  session: Session,
  names: readonly string[],
  known: KnownStates,
): Promise<LockedRow | null> {
  const [row] = await session.query<LockedRow>(LOCK_KNOWN_SERVICES, [
    textArray(names),
    xidArray(names.map((name) => known.service(name)?.row.xid ?? NO_XID)),
  ]);
  return row?.locked === names.length ? row : null;
}

async function lockAnew(
  session: Session,
  names: readonly string[],
  known: KnownStates,
): Promise<LockedRow> {
  await session.query(LOCK_SERVICES, [JSON.stringify(names)]);
  const locked = await lockKnown(session, names, known);
  if (locked === null) throw new Error('a locked service has no row');
  return locked;
}

async function readServices(
  session: Session,
  names: readonly string[],
): Promise<readonly ServiceRow[]> {
  if (names.length === 0) return [];
  return await session.query<ServiceRow>(READ_SERVICES, [textArray(names)]);
}

const serviceOf = (row: ServiceRow): StoredService => ({
  xid: Number(row.xid),
  status: row.current_status,
  liveInstances: row.instance_count,
  lastSeenUs: row.last_seen,
  newest: positionOf(row),
});

/** Most say of a service nothing but that it was heard: those are written for half of what the others cost. */
export async function writeServices(
  session: Session,
  moves: readonly ServiceMove[],
): Promise<void> {
  const heard: ServiceMove[] = [];
  const others: ServiceMove[] = [];
  for (const move of moves) (isJustHeard(move) ? heard : others).push(move);
  if (heard.length > 0) {
    const [moved] = await session.query<{ rows: number }>(MOVE_SERVICES, [
      textArray(heard.map(({ serviceName }) => serviceName)),
      timestampArray(heard.map(({ lastSeenUs }) => lastSeenUs)),
      timestampArray(heard.map(({ dueAtUs }) => dueAtUs)),
      int8Array(heard.map(({ events }) => events)),
      timestampArray(heard.map(({ newest }) => newest.occurredAtUs)),
      timestampArray(heard.map(({ newest }) => newest.receivedAtUs)),
      uuidArray(heard.map(({ newest }) => newest.messageId)),
      float8Array(heard.map(({ newest }) => newest.responseTimeMs)),
      textArray(heard.map(({ newest }) => newest.message)),
    ]);
    if (moved?.rows !== heard.length) throw new Error('a locked service has no row');
  }
  if (others.length > 0) {
    await session.query(WRITE_SERVICES, [JSON.stringify(others.map(parameterOf))]);
  }
}

/** Whether MOVE_SERVICES writes all that is new of it. */
const isJustHeard = ({ before, after, isDueExact, isNewer }: ServiceMove): boolean =>
  isNewer &&
  !isDueExact &&
  before.lastSeenUs !== null &&
  before.status === after.status &&
  before.liveInstances === after.liveInstances;

const parameterOf = (move: ServiceMove): unknown => ({
  s: move.serviceName,
  st: move.after.status,
  ic: move.after.liveInstances,
  ls: move.lastSeenUs,
  du: move.dueAtUs,
  dx: move.isDueExact,
  n: move.events,
  nw: move.isNewer,
  ...(!move.isNewer
    ? {}
    : {
        o: move.newest.occurredAtUs,
        r: move.newest.receivedAtUs,
        m: move.newest.messageId,
        p: move.newest.responseTimeMs,
        x: move.newest.message,
      }),
});
