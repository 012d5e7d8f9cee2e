import type { Micros } from '../events/health-event.js';
import type { InstanceStatus } from '../events/status-vocabulary.js';
import type { Session } from '../storage/database.js';
import { type Life, NOT_ENDED_US } from './lives.js';
import { effectiveAtUs, NO_MESSAGE_ID, type Position } from './position.js';
import { type ProjectedEvent, transitionsOf } from './projection.js';
import {
  DELETE_TRANSITIONS_BEHIND,
  READ_ANCHOR,
  READ_REPORTS,
  WRITE_REPORTED,
} from './report-replay.sql.js';
import type { SettingsHistory } from './settings.js';
import { firstReport, type Reported } from './thresholds.js';
import { insertTransitions } from './transitions.js';

/** Events in memory at once. */
const PAGE_EVENTS = 20_000;

/** One life of one instance. */
export interface LivingInstance {
  readonly serviceName: string;
  readonly instanceId: string;
  readonly life: Life;
}

interface AnchorRow {
  readonly status: InstanceStatus;
  readonly effective_at: Micros;
  readonly received_at: Micros;
  readonly message_id: string;
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
 * end of the life, and in a life that goes on also what it reports now. The caller holds the lock of
 * the service.
 */
export async function replayReports(
  session: Session,
  instance: LivingInstance,
  fromUs: Micros,
  settings: SettingsHistory,
): Promise<void> {
  const { serviceName, instanceId, life } = instance;
  const name = [serviceName, instanceId, life.afterUs, life.throughUs];
  const [anchor] = await session.query<AnchorRow>(READ_ANCHOR, [...name, fromUs]);
  let reported: Reported | null = anchor === undefined ? null : firstReport(anchor.status);
  let sinceUs = anchor?.effective_at ?? 0;
  let position: readonly [Micros, Micros, string] =
    anchor === undefined
      ? [0, 0, NO_MESSAGE_ID]
      : [anchor.effective_at, anchor.received_at, anchor.message_id];
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
  if (reported === null || life.throughUs !== NOT_ENDED_US) return;
  const { status, streak } = reported;
  await session.query(WRITE_REPORTED, [serviceName, instanceId, status, streak, sinceUs]);
}

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
