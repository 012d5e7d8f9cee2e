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
  readonly after: Pick<StoredService, 'status' | 'liveInstances'>;
  readonly lastSeenUs: Micros;
  readonly dueAtUs: Micros | null;
  /** The deadline is that, where it could else only be later than before. */
  readonly isDueExact: boolean;
  readonly events: number;
  /** Its newest event, where that is newer than all before. */
  readonly newest: ReceivedEvent | null;
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

export interface LockedServices {
  /** Of this transaction. */
  readonly xid: number;
  /** Another with every start of a server. */
  readonly server: string;
  readonly services: ReadonlyMap<string, StoredService>;
  /** Those whose rows are as they were known. */
  readonly unchanged: ReadonlySet<string>;
}

/** No row has it. Source: PostgreSQL, InvalidTransactionId. */
const NO_XID = 0;

/** Makes missing services and locks all of them; reads those that are not `known` as they are. */
export async function lockServices(
  session: Session,
  names: readonly string[],
  known: KnownStates,
): Promise<LockedServices> {
  const areKnown = names.every((name) => known.service(name) !== undefined);
  const { xid, server, changed } =
    (areKnown ? await lockKnown(session, names, known) : null) ??
    (await lockAnew(session, names, known));
  const unchanged = new Set(known.isOf(server) ? names : []);
  for (const name of changed ?? []) unchanged.delete(name);
  const services = await readServices(
    session,
    names.filter((name) => !unchanged.has(name)),
  );
  for (const name of unchanged) {
    const service = known.service(name);
    if (service !== undefined) services.set(name, service);
  }
  return { xid: Number(xid), server, services, unchanged };
}

/** Null where one is gone. */
async function lockKnown(
  session: Session,
  names: readonly string[],
  known: KnownStates,
): Promise<LockedRow | null> {
  const [row] = await session.query<LockedRow>(LOCK_KNOWN_SERVICES, [
    textArray(names),
    xidArray(names.map((name) => known.service(name)?.xid ?? NO_XID)),
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
): Promise<Map<string, StoredService>> {
  if (names.length === 0) return new Map();
  const rows = await session.query<ServiceRow>(READ_SERVICES, [textArray(names)]);
  return new Map(rows.map((row) => [row.service_name, serviceOf(row)]));
}

const serviceOf = (row: ServiceRow): StoredService => ({
  xid: Number(row.xid),
  status: row.current_status,
  liveInstances: row.instance_count,
  lastSeenUs: row.last_seen,
  newest: positionOf(row),
});

/** How the row is after the move. */
export const movedService = (
  before: StoredService,
  move: ServiceMove,
  xid: number,
): StoredService => ({
  xid,
  ...move.after,
  lastSeenUs: Math.max(before.lastSeenUs ?? 0, move.lastSeenUs),
  newest:
    move.newest === null
      ? before.newest
      : {
          occurredAtUs: move.newest.occurredAtUs,
          receivedAtUs: move.newest.receivedAtUs,
          messageId: move.newest.messageId,
        },
});

/** Most say of a service nothing but that it was heard: those are written for half of what the others cost. */
export async function writeServices(
  session: Session,
  moves: readonly ServiceMove[],
  services: ReadonlyMap<string, StoredService>,
): Promise<void> {
  const heard: (ServiceMove & { readonly newest: ReceivedEvent })[] = [];
  const others: ServiceMove[] = [];
  for (const move of moves) {
    const { newest } = move;
    const isHeard = newest !== null && isUnchanged(move, services.get(move.serviceName));
    if (isHeard) heard.push({ ...move, newest });
    else others.push(move);
  }
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

const isUnchanged = ({ after, isDueExact }: ServiceMove, before?: StoredService): boolean =>
  !isDueExact &&
  before !== undefined &&
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
  nw: move.newest !== null,
  ...(move.newest === null
    ? {}
    : {
        o: move.newest.occurredAtUs,
        r: move.newest.receivedAtUs,
        m: move.newest.messageId,
        p: move.newest.responseTimeMs,
        x: move.newest.message,
      }),
});
