import type { Micros, ReceivedEvent } from '../events/health-event.js';
import type { InstanceStatus } from '../events/status-vocabulary.js';
import type { Session } from '../storage/database.js';
import { readKept } from './kept.js';
import { keyOf, type Life, NOT_ENDED_US } from './lives.js';
import {
  DELETE_TRANSITIONS,
  READ_SPANS,
  READ_STATUS_BEFORE,
  RESET_STATUS_SINCE,
} from './late-events.sql.js';
import { comparePositions, effectiveAtUs } from './position.js';
import { type ProjectedEvent, type Transition, transitionsOf } from './projection.js';
import { replayReports, reportOf, type ReportRow } from './report-replay.js';
import { SettingsHistory } from './settings.js';
import { insertTransitions } from './transitions.js';
import { firstReport, thresholdsOf } from './thresholds.js';

/** Late events of one instance that lie closer together are looked at in one go. */
const SPAN_GAP_US = 60_000_000;

/** A stretch of one instance's time that late events fell into; both ends belong to it. */
interface Span {
  readonly serviceName: string;
  readonly instanceId: string;
  readonly life: Life;
  readonly fromUs: Micros;
  toUs: Micros;
}

/** With the number of the span it is for. */
interface SpanRow extends ReportRow {
  readonly n: number;
}

/**
 * Puts late events in their place: what they change is local. A transition before them stands; those
 * among them, and the one at the first event behind them, are made anew from the audit log. So the
 * transitions are a function of the events, whatever order and batches they were committed in.
 *
 * With thresholds a late event may change the status of all that follow: there, what was reported is
 * replayed from its time on.
 *
 * Events of a time of which the audit log may be gone change nothing: what stood around them is not known.
 *
 * The caller holds the locks of the services, and has inserted the events and their messages.
 */
export async function reproject(
  session: Session,
  events: readonly ReceivedEvent[],
  lifeOf: (event: ReceivedEvent) => Life,
  settingsOf: (serviceName: string) => SettingsHistory,
): Promise<void> {
  if (events.length === 0) return;
  const { eventsFromUs } = await readKept(session);
  const late = events.filter((event) => effectiveAtUs(event) >= eventsFromUs);
  if (late.length === 0) return;
  const hasThresholds = ({ serviceName }: ReceivedEvent): boolean =>
    settingsOf(serviceName).changes.some(({ settings }) => thresholdsOf(settings) !== null);
  await replayFrom(session, late.filter(hasThresholds), lifeOf, settingsOf);
  const rounds = roundsOf(
    late.filter((event) => !hasThresholds(event)),
    lifeOf,
  );
  for (const spans of rounds) await reprojectSpans(session, spans);
  const present = rounds.flat().filter(({ life }) => life.throughUs === NOT_ENDED_US);
  if (present.length === 0) return;
  await session.query(RESET_STATUS_SINCE, [JSON.stringify(instancesOf(present))]);
}

/** Replays each instance's life once, from its earliest late event on. */
async function replayFrom(
  session: Session,
  late: readonly ReceivedEvent[],
  lifeOf: (event: ReceivedEvent) => Life,
  settingsOf: (serviceName: string) => SettingsHistory,
): Promise<void> {
  const done = new Set<string>();
  for (const event of [...late].sort(comparePositions)) {
    const { serviceName, instanceId } = event;
    const life = lifeOf(event);
    const key = `${keyOf(serviceName, instanceId)}\n${String(life.throughUs)}`;
    if (done.has(key)) continue;
    done.add(key);
    const instance = { serviceName, instanceId, life };
    await replayReports(session, instance, effectiveAtUs(event), settingsOf(serviceName));
  }
}

async function reprojectSpans(session: Session, spans: readonly Span[]): Promise<void> {
  const wanted = JSON.stringify(
    spans.map(({ serviceName, instanceId, life, fromUs, toUs }, n) => ({
      n,
      s: serviceName,
      i: instanceId,
      b: life.afterUs,
      u: life.throughUs,
      lo: fromUs,
      hi: toUs,
    })),
  );
  const events = spans.map((): ProjectedEvent[] => []);
  for (const row of await session.query<SpanRow>(READ_SPANS, [wanted])) {
    const span = spans[row.n];
    if (span !== undefined) events[row.n]?.push(reportOf(row, span));
  }
  const before = new Map(
    (await session.query<{ n: number; status: InstanceStatus }>(READ_STATUS_BEFORE, [wanted])).map(
      ({ n, status }) => [n, status],
    ),
  );
  const ends: unknown[] = [];
  const transitions: Transition[] = [];
  spans.forEach((span, n) => {
    const ordered = (events[n] ?? []).sort(comparePositions);
    const last = ordered.at(-1);
    if (last === undefined) return;
    ends.push({
      s: span.serviceName,
      i: span.instanceId,
      b: span.life.afterUs,
      u: span.life.throughUs,
      lo: span.fromUs,
      o: effectiveAtUs(last),
      r: last.receivedAtUs,
      m: last.messageId,
    });
    const status = before.get(n);
    const reported = status === undefined ? null : firstReport(status);
    transitions.push(...transitionsOf(reported, ordered, SettingsHistory.none).transitions);
  });
  await session.query(DELETE_TRANSITIONS, [JSON.stringify(ends)]);
  await insertTransitions(session, transitions);
}

/**
 * The spans, each instance's first ones, then the second ones, and so on: the event behind a span may
 * belong to the next, which must find what was made of it.
 */
function roundsOf(
  late: readonly ReceivedEvent[],
  lifeOf: (event: ReceivedEvent) => Life,
): Span[][] {
  const newest = new Map<string, { readonly span: Span; readonly round: number }>();
  const rounds: Span[][] = [];
  for (const event of [...late].sort(comparePositions)) {
    const life = lifeOf(event);
    const key = `${keyOf(event.serviceName, event.instanceId)}\n${String(life.throughUs)}`;
    const atUs = effectiveAtUs(event);
    const before = newest.get(key);
    if (before !== undefined && atUs - before.span.toUs <= SPAN_GAP_US) {
      before.span.toUs = atUs;
      continue;
    }
    const { serviceName, instanceId } = event;
    const span = {
      serviceName,
      instanceId,
      life,
      fromUs: atUs,
      toUs: atUs,
    };
    const round = before === undefined ? 0 : before.round + 1;
    newest.set(key, { span, round });
    (rounds[round] ??= []).push(span);
  }
  return rounds;
}

function instancesOf(spans: readonly Span[]): { s: string; i: string; b: Micros; u: Micros }[] {
  const instances = new Map(
    spans.map(({ serviceName: s, instanceId: i, life }) => [
      keyOf(s, i),
      { s, i, b: life.afterUs, u: life.throughUs },
    ]),
  );
  return [...instances.values()];
}
