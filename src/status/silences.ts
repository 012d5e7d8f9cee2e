import type { Micros } from '../events/health-event.js';
import type { InstanceStatus } from '../events/status-vocabulary.js';
import type { Session } from '../storage/database.js';
import { deadlineBeyondGaps, type Gap, type Rules } from './deadline.js';
import { type Heard, type LateHearing, Listening, type Wait } from './listening.js';
import { readKept, receptionsFromUs } from './kept.js';
import { keyOf, NOT_ENDED_US } from './lives.js';
import { effectiveAtUs, NO_MESSAGE_ID } from './position.js';
import type { AnchorRow, LivingInstance } from './report-replay.js';
import { READ_ANCHOR } from './report-replay.sql.js';
import {
  DELETE_SILENCES,
  END_HOLDS,
  END_SILENCES,
  INSERT_SILENCES,
  READ_GAPS,
  READ_HOLDS,
  READ_NEWEST_BEFORE,
  READ_RECEPTION_BEFORE,
  READ_RECEPTIONS,
  WRITE_RECOVERED,
  WRITE_SILENCE,
} from './silences.sql.js';

/** Receptions in memory at once. */
const PAGE_EVENTS = 20_000;
/** Where one reception was added to others, the next few mostly are all that matters. */
const FIRST_PAGE_EVENTS = 200;

/** Time without a word beyond the deadline: half-open. */
export interface Silence {
  readonly serviceName: string;
  readonly instanceId: string;
  readonly dueAtUs: Micros;
  /** The reception that was the last before it, and its id. */
  readonly receivedAtUs: Micros;
  readonly messageId: string;
  /** Null while it lasts. */
  readonly endsAtUs: Micros | null;
  /** The event that ended it; null while it lasts, and where the instance was taken out. */
  readonly endedBy: string | null;
}

export interface SilenceEnd {
  readonly serviceName: string;
  readonly instanceId: string;
  readonly endsAtUs: Micros;
  readonly endedBy: string | null;
}

export type NamedHearing = LateHearing & {
  readonly serviceName: string;
  readonly instanceId: string;
};

interface HoldRow {
  readonly service_name: string;
  readonly instance_id: string;
  readonly due_at: Micros;
}

/** Gaps that end after a moment, in order of their begin. */
export async function readGaps(session: Session, fromUs: Micros): Promise<Gap[]> {
  const rows = await session.query<{ from_us: Micros; to_us: Micros | null }>(READ_GAPS, [fromUs]);
  return rows.map((row) => ({ fromUs: row.from_us, toUs: row.to_us }));
}

export async function insertSilences(
  session: Session,
  silences: readonly Silence[],
): Promise<void> {
  if (silences.length === 0) return;
  await session.query(INSERT_SILENCES, [
    JSON.stringify(
      silences.map((silence) => ({
        s: silence.serviceName,
        i: silence.instanceId,
        du: silence.dueAtUs,
        r: silence.receivedAtUs,
        m: silence.messageId,
        h: silence.endsAtUs,
        b: silence.endedBy,
      })),
    ),
  ]);
}

/** Ends the silences of these instances that last. */
export async function endSilences(session: Session, ends: readonly SilenceEnd[]): Promise<void> {
  if (ends.length === 0) return;
  const parameter = JSON.stringify(
    ends.map(({ serviceName, instanceId, endsAtUs, endedBy }) => ({
      s: serviceName,
      i: instanceId,
      t: endsAtUs,
      b: endedBy,
    })),
  );
  await session.query(END_SILENCES, [parameter]);
}

/**
 * Writes the silences among waits that ended later than their deadline: those that no gap overlaps
 * and that were not held. Returns them.
 */
export async function settleHearings(
  session: Session,
  hearings: readonly NamedHearing[],
  rulesOf: (serviceName: string) => Rules,
): Promise<Silence[]> {
  if (hearings.length === 0) return [];
  const fromUs = Math.min(...hearings.map(({ afterUs }) => afterUs));
  const gaps = await readGaps(session, fromUs);
  const held = await readHolds(session, hearings);
  const silences = hearings.flatMap((hearing) => {
    const silence = silenceOf(hearing, hearing, rulesOf(hearing.serviceName), gaps);
    return silence === null || isHeld(silence, held) ? [] : [silence];
  });
  if (held.size > 0) {
    const heard = hearings.map(({ serviceName: s, instanceId: i, heardAtUs: t }) => ({ s, i, t }));
    await session.query(END_HOLDS, [JSON.stringify(heard)]);
  }
  await insertSilences(session, silences);
  return silences;
}

/**
 * How far silences are computed anew: to the end; or, where one reception was added to others whose
 * silences are right, up to the next reception of a newer event. It changes nothing behind that.
 */
export type Reach = 'end' | 'newer event';

/**
 * Computes the silences of one life of an instance anew, those whose wait began at `fromUs` or later
 * and the one before; and in a life that goes on also what the instance shows now. A life that ended
 * did so at `endedAtUs`. Silence that lasts is left to the sweeper, unless it is known to. Silences after
 * receptions among which some may be gone from the audit log stand as they are.
 *
 * The caller holds the lock of the service.
 */
export async function replaySilences(
  session: Session,
  instance: LivingInstance & { readonly endedAtUs: Micros | null },
  fromUs: Micros,
  rules: Rules,
  horizonUs: Micros,
  windowDays: number,
  reach: Reach = 'end',
): Promise<void> {
  const { serviceName, instanceId, life, endedAtUs } = instance;
  const name = [serviceName, instanceId, life.afterUs, life.throughUs];
  const [before] = await session.query<{ received_at: Micros | null }>(READ_RECEPTION_BEFORE, [
    ...name,
    fromUs,
  ]);
  const kept = await readKept(session);
  const startUs = Math.max(before?.received_at ?? fromUs, receptionsFromUs(kept, windowDays));
  const gaps = await readGaps(session, startUs);
  const held = await readHolds(session, [instance]);
  const wait = await waitBefore(session, name, startUs, kept.eventsFromUs);
  const listening = new Listening(wait, rules);
  const silences: Silence[] = [];
  let endUs: Micros | null = null;
  for await (const event of receptions(session, name, startUs, windowDays, reach)) {
    const hearing = listening.hear(event);
    const silence = hearing === null ? null : silenceOf(instance, hearing, rules, gaps);
    if (silence !== null && !isHeld(silence, held)) silences.push(silence);
    const isBehind = reach === 'newer event' && event.receivedAtUs > fromUs;
    if (!isBehind || listening.waiting?.newest.messageId !== event.messageId) continue;
    endUs = event.receivedAtUs;
    break;
  }
  const lasting =
    endUs === null
      ? lastingSilence(instance, listening, rules, gaps, endedAtUs ?? horizonUs)
      : null;
  const open = lasting === null || isHeld(lasting, held) ? null : lasting;
  if (open !== null) silences.push({ ...open, endsAtUs: endedAtUs });
  await session.query(DELETE_SILENCES, [...name, startUs, endUs]);
  await insertSilences(session, silences);
  if (endedAtUs !== null) return;
  const living = [serviceName, instanceId, life.afterUs];
  if (endUs === null) await session.query(WRITE_SILENCE, living);
  else await session.query(WRITE_RECOVERED, living);
}

/** Receptions of one life from a moment on, in their order; read a page at a time. */
async function* receptions(
  session: Session,
  name: readonly unknown[],
  startUs: Micros,
  windowDays: number,
  reach: Reach,
): AsyncGenerator<Heard> {
  let place: readonly [Micros, string] = [startUs, NO_MESSAGE_ID];
  let size = reach === 'end' ? PAGE_EVENTS : FIRST_PAGE_EVENTS;
  for (;;) {
    const events = await readReceptions(session, [...name, ...place, size, windowDays]);
    yield* events;
    const last = events.at(-1);
    if (last === undefined || events.length < size) return;
    place = [last.receivedAtUs, last.messageId];
    size = PAGE_EVENTS;
  }
}

/**
 * What is known of an instance when listening begins in the middle of its life: whether it has left.
 * No deadline runs for it.
 */
async function waitBefore(
  session: Session,
  name: readonly unknown[],
  startUs: Micros,
  eventsFromUs: Micros,
): Promise<Wait | null> {
  const [kept] = await session.query<ReceptionRow>(READ_NEWEST_BEFORE, [...name, startUs]);
  let newest = kept === undefined ? null : heardOf(kept);
  if (eventsFromUs > 0 && (newest === null || effectiveAtUs(newest) < eventsFromUs)) {
    const [gone] = await session.query<AnchorRow>(READ_ANCHOR, [...name, eventsFromUs]);
    if (gone !== undefined) {
      newest = heardOf({ ...gone, occurred_at: gone.effective_at, ttl_seconds: null });
    }
  }
  if (newest === null) return null;
  const { messageId, status } = newest;
  return { sinceUs: 0, messageId, ttlSeconds: 0, hasLeft: status === 'left', newest };
}

interface Named {
  readonly serviceName: string;
  readonly instanceId: string;
}

function silenceOf(
  { serviceName, instanceId }: Named,
  hearing: LateHearing,
  { deadlines, settings }: Rules,
  gaps: readonly Gap[],
): Silence | null {
  const { afterUs, messageId, ttlSeconds, heardAtUs, heardBy } = hearing;
  const dueAtUs = deadlineBeyondGaps(afterUs, ttlSeconds, deadlines, settings, gaps);
  if (dueAtUs === null || dueAtUs >= heardAtUs) return null;
  return {
    serviceName,
    instanceId,
    dueAtUs,
    receivedAtUs: afterUs,
    messageId,
    endsAtUs: heardAtUs,
    endedBy: heardBy,
  };
}

/** The silence that nothing has ended, where its deadline lies before `untilUs`, or at a life's end. */
function lastingSilence(
  { serviceName, instanceId, life }: LivingInstance,
  { waiting }: Listening,
  { deadlines, settings }: Rules,
  gaps: readonly Gap[],
  untilUs: Micros,
): Silence | null {
  if (waiting === null || waiting.hasLeft) return null;
  const { sinceUs, messageId, ttlSeconds } = waiting;
  const dueAtUs = deadlineBeyondGaps(sinceUs, ttlSeconds, deadlines, settings, gaps);
  const hasEnded = life.throughUs !== NOT_ENDED_US;
  if (dueAtUs === null || dueAtUs > untilUs || (dueAtUs === untilUs && !hasEnded)) return null;
  return {
    serviceName,
    instanceId,
    dueAtUs,
    receivedAtUs: sinceUs,
    messageId,
    endsAtUs: null,
    endedBy: null,
  };
}

async function readHolds(
  session: Session,
  instances: readonly Named[],
): Promise<ReadonlySet<string>> {
  const names = instances.map(({ serviceName: s, instanceId: i }) => ({ s, i }));
  const rows = await session.query<HoldRow>(READ_HOLDS, [JSON.stringify(names)]);
  return new Set(rows.map((row) => holdKey(row.service_name, row.instance_id, row.due_at)));
}

const holdKey = (serviceName: string, instanceId: string, dueAtUs: Micros): string =>
  `${keyOf(serviceName, instanceId)}\n${String(dueAtUs)}`;

const isHeld = (silence: Silence, held: ReadonlySet<string>): boolean =>
  held.has(holdKey(silence.serviceName, silence.instanceId, silence.dueAtUs));

interface ReceptionRow {
  readonly status: InstanceStatus;
  readonly ttl_seconds: number | null;
  readonly message_id: string;
  readonly occurred_at: Micros;
  readonly received_at: Micros;
}

async function readReceptions(session: Session, values: readonly unknown[]): Promise<Heard[]> {
  const rows = await session.query<ReceptionRow>(READ_RECEPTIONS, values);
  return rows.map(heardOf);
}

const heardOf = (row: ReceptionRow): Heard => ({
  status: row.status,
  ttlSeconds: row.ttl_seconds,
  messageId: row.message_id,
  occurredAtUs: row.occurred_at,
  receivedAtUs: row.received_at,
});
