import type { Micros, ReceivedEvent } from '../events/health-event.js';
import type { InstanceStatus } from '../events/status-vocabulary.js';
import type { Session } from '../storage/database.js';
import type { Rules } from './deadline.js';
import type { Kept } from './kept.js';
import { comparePositions, NO_MESSAGE_ID } from './position.js';
import { type InstanceState, projectInstance } from './projection.js';
import { READ_EVENTS } from './rebuild.sql.js';
import { type AnchorRow, type LivingInstance } from './report-replay.js';
import { READ_ANCHOR } from './report-replay.sql.js';

const NO_BYTES = Buffer.alloc(0);
/** Events in memory at once. */
const PAGE_EVENTS = 5_000;

/** What events do not tell of an instance, or did before they were removed. */
export interface Before {
  readonly instance_id: string;
  readonly first_seen: Micros;
  readonly is_replacement: boolean;
  readonly has_successor: boolean;
  readonly message_count: number;
  readonly streak: number;
  readonly last_seen: Micros;
  readonly last_message_id: string;
  readonly ttl_seconds: number | null;
  readonly due_at: Micros | null;
}

interface EventRow {
  readonly message_id: string;
  readonly status: InstanceStatus;
  readonly occurred_at: Micros;
  readonly received_at: Micros;
  readonly ttl_seconds: number | null;
  readonly version: string | null;
  readonly response_time_ms: number | null;
  readonly message: string | null;
}

/**
 * The state of an instance as if the events of its present life came in now, in order of reception; those
 * that were removed by what they reported last. Null where it has no events.
 */
export async function presentState(
  session: Session,
  instance: LivingInstance,
  rules: Rules,
  { eventsFromUs }: Kept,
): Promise<InstanceState | null> {
  const { serviceName, instanceId, life } = instance;
  const name = [serviceName, instanceId, life.afterUs, life.throughUs];
  const [gone] = await session.query<AnchorRow>(READ_ANCHOR, [...name, eventsFromUs]);
  let state = gone === undefined ? null : stateOf(instance, gone);
  let place: readonly [Micros, string] = [0, NO_MESSAGE_ID];
  for (;;) {
    const rows: EventRow[] = await session.query<EventRow & Record<string, unknown>>(READ_EVENTS, [
      serviceName,
      instanceId,
      life.afterUs,
      ...place,
      PAGE_EVENTS,
      eventsFromUs,
    ]);
    const [first, ...rest] = rows.map((row) => eventOf(row, instance)).sort(comparePositions);
    if (first === undefined) return state;
    state = projectInstance(state, [first, ...rest], rules).state;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_EVENTS) return state;
    place = [last.received_at, last.message_id];
  }
}

/** The reception that is the last one known, also where its event was removed. */
export function withLastReception(
  state: InstanceState,
  before: Before | undefined,
  receptionsFromUs: Micros,
): InstanceState {
  if (before === undefined || before.last_seen >= receptionsFromUs) return state;
  if (before.last_seen <= state.lastSeenUs) return state;
  return {
    ...state,
    lastSeenUs: before.last_seen,
    lastMessageId: before.last_message_id,
    ttlSeconds: before.ttl_seconds,
    dueAtUs: before.due_at,
  };
}

/** At its newest transition among events that were removed; what else they told is overtaken by the next. */
const stateOf = (
  { serviceName, instanceId }: LivingInstance,
  { status, effective_at: atUs, received_at: receivedAtUs, message_id: messageId }: AnchorRow,
): InstanceState => ({
  serviceName,
  instanceId,
  status,
  streak: 0,
  statusSinceUs: atUs,
  newest: { occurredAtUs: atUs, receivedAtUs, messageId },
  firstSeenUs: receivedAtUs,
  lastSeenUs: receivedAtUs,
  lastMessageId: messageId,
  ttlSeconds: null,
  dueAtUs: null,
  silentSinceUs: null,
  recoveredAtUs: null,
  version: null,
  responseTimeMs: null,
  message: null,
  messageCount: 0,
});

const eventOf = (
  row: EventRow,
  { serviceName, instanceId }: Omit<LivingInstance, 'life'>,
): ReceivedEvent => ({
  serviceName,
  instanceId,
  status: row.status,
  isUnlistedStatus: false,
  timestampMs: null,
  messageId: row.message_id,
  responseTimeMs: row.response_time_ms,
  ttlSeconds: row.ttl_seconds,
  message: row.message,
  version: row.version,
  payload: NO_BYTES,
  occurredAtUs: row.occurred_at,
  receivedAtUs: row.received_at,
});
