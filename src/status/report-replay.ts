import type { Micros } from '../events/health-event.js';
import type { InstanceStatus } from '../events/status-vocabulary.js';
import type { Session } from '../storage/database.js';
import { readKept } from './kept.js';
import { type Life, NOT_ENDED_US } from './lives.js';
import { effectiveAtUs, NO_MESSAGE_ID, type Position } from './position.js';
import { type ProjectedEvent, transitionsOf } from './projection.js';
import {
  DELETE_TRANSITIONS_BEHIND,
  READ_ANCHOR,
  READ_FIRST_KNOWN,
  READ_REPORTS,
  WRITE_REPORTED,
} from './report-replay.sql.js';
import type { SettingsHistory } from './settings.js';
import { firstReport, type Reported, thresholdsOf } from './thresholds.js';
import { insertTransitions } from './transitions.js';

/** Events in memory at once. */
const PAGE_EVENTS = 20_000;

/** One life of one instance. */
export interface LivingInstance {
  readonly serviceName: string;
  readonly instanceId: string;
  readonly life: Life;
}

/** The newest transition ahead of a moment. */
export interface AnchorRow {
  readonly status: InstanceStatus;
  readonly effective_at: Micros;
  readonly received_at: Micros;
  readonly message_id: string;
}

/** A place from which on all events are known, and what is reported there. */
interface Start {
  /** Null: nothing was reported before. */
  readonly reported: Reported | null;
  /** Since when. */
  readonly sinceUs: Micros;
  readonly position: readonly [Micros, Micros, string];
}

/** An event of the audit log, as much of it as a transition needs. */
export interface ReportRow {
  readonly status: InstanceStatus;
  readonly message_id: string;
  readonly occurred_at: Micros;
  readonly received_at: Micros;
}

/**
 * Makes an instance's transitions anew from the audit log, from the newest one before `fromUs` to the
 * end of the life, and in a life that goes on also what it reports now. What was made of events that
 * may be gone stands. The caller holds the lock of the service.
 *
 * @returns false where all that is kept counts towards a change and what counted before is gone: then nothing
 * is changed.
 */
export async function replayReports(
  session: Session,
  instance: LivingInstance,
  fromUs: Micros,
  settings: SettingsHistory,
): Promise<boolean> {
  const { serviceName, instanceId, life } = instance;
  const name = [serviceName, instanceId, life.afterUs, life.throughUs];
  const start = await startOf(session, name, fromUs, settings);
  if (start === null) return false;
  let { reported, sinceUs, position } = start;
  await session.query(DELETE_TRANSITIONS_BEHIND, [...name, ...position]);
  for (;;) {
    const rows = await session.query<ReportRow>(READ_REPORTS, [...name, ...position, PAGE_EVENTS]);
    const events = rows.map((row) => reportOf(row, instance));
    const made = transitionsOf(reported, events, settings);
    await insertTransitions(session, made.transitions);
    reported = made.end;
    sinceUs = made.transitions.at(-1)?.occurredAtUs ?? sinceUs;
    const last = events.at(-1);
    if (last === undefined || events.length < PAGE_EVENTS) break;
    position = placeOf(last);
  }
  if (reported === null || life.throughUs !== NOT_ENDED_US) return true;
  const { status, streak } = reported;
  await session.query(WRITE_REPORTED, [serviceName, instanceId, status, streak, sinceUs]);
  return true;
}

/** Where to begin so that all from `fromUs` on comes out right; later where events before it may be gone. */
async function startOf(
  session: Session,
  name: readonly unknown[],
  fromUs: Micros,
  settings: SettingsHistory,
): Promise<Start | null> {
  const { eventsFromUs } = await readKept(session);
  const [anchor] = await session.query<AnchorRow>(READ_ANCHOR, [...name, fromUs]);
  const begin = [eventsFromUs, 0, NO_MESSAGE_ID] as const;
  if (anchor === undefined) return { reported: null, sinceUs: 0, position: begin };
  const reported = firstReport(anchor.status);
  const sinceUs = anchor.effective_at;
  if (sinceUs >= eventsFromUs) return { reported, sinceUs, position: placeOfRow(anchor) };
  const isPlain = settings.changes.every((change) => thresholdsOf(change.settings) === null);
  if (isPlain) return { reported, sinceUs, position: begin };
  const [known] = await session.query<AnchorRow & { readonly is_transition: boolean }>(
    READ_FIRST_KNOWN,
    [...name, eventsFromUs, anchor.status],
  );
  if (known === undefined) return null;
  return {
    reported: firstReport(known.status),
    sinceUs: known.is_transition ? known.effective_at : sinceUs,
    position: placeOfRow(known),
  };
}

const placeOfRow = (row: AnchorRow): Start['position'] => [
  row.effective_at,
  row.received_at,
  row.message_id,
];

const placeOf = (position: Position): readonly [Micros, Micros, string] => [
  effectiveAtUs(position),
  position.receivedAtUs,
  position.messageId,
];

export const reportOf = (
  row: ReportRow,
  { serviceName, instanceId }: Omit<LivingInstance, 'life'>,
): ProjectedEvent => ({
  serviceName,
  instanceId,
  status: row.status,
  messageId: row.message_id,
  occurredAtUs: row.occurred_at,
  receivedAtUs: row.received_at,
});
