import { Injectable } from '@nestjs/common';
import type { Micros } from '../events/health-event.js';
import { Database, type Session } from '../storage/database.js';
import type { Millis } from '../storage/page.js';
import { readKept } from './kept.js';
import { ServiceTimeline } from './timeline.js';
import { aheadOf, eventsOf, placeOf, type TimelineRow } from './timeline-rows.js';
import { READ_TIMELINE_AHEAD, READ_TIMELINE_FORWARD } from './transitions.sql.js';
import { type Durations, type Interval, UptimeSum } from './uptime.js';
import { READ_GAPS, READ_NOW } from './uptime-read-model.sql.js';

/** Events read at once. */
const CHUNK = 5_000;
/** Changes of instances, deletions and settings in one window; they are read in a second or two. */
export const MAX_TIMELINE_EVENTS = 100_000;

/** The window holds more than {@link MAX_TIMELINE_EVENTS}. */
export class WindowTooFullError extends Error {
  override readonly name = 'WindowTooFullError';
}

/** Half-open. */
export interface UptimeWindow {
  readonly from: Millis;
  readonly to: Millis;
}

/** How long a service had each status in a window, in microseconds. */
export interface UptimeRecord extends UptimeWindow {
  readonly durations: Durations;
  /** Something was reported before the window ends. */
  readonly isKnown: boolean;
}

/** A place ahead of all that is at the moment. */
const START = { receivedAtUs: -Infinity, messageId: '00000000-0000-0000-0000-000000000000' };

/** A service's uptime, derived from its timeline. It holds one chunk of that at a time. */
@Injectable()
export class UptimeReadModel {
  constructor(private readonly database: Database) {}

  /**
   * Of the window that `windowAt` chooses, given the present by the database's clock; its future part
   * is cut off. All that is read is of one moment. Time of which the histories were removed is unknown.
   *
   * @throws WindowTooFullError
   * @throws DatabaseUnavailableError within 5 s.
   */
  async uptime(
    serviceName: string,
    windowAt: (nowMs: Millis) => UptimeWindow,
  ): Promise<UptimeRecord> {
    return await this.database.snapshot(async (session) => {
      const [present] = await session.query<{ now: Millis }>(READ_NOW, []);
      if (present === undefined) throw new Error('the database tells no time');
      const asked = windowAt(present.now);
      const to = Math.min(asked.to, present.now);
      const from = Math.min(asked.from, to);
      const [fromUs, toUs] = [from * 1_000, to * 1_000];
      const sum = new UptimeSum(await readGaps(session, fromUs, toUs), fromUs, toUs);
      const knownUs = Math.max(fromUs, (await readKept(session)).historyFromUs);
      const ahead = await session.query<TimelineRow>(READ_TIMELINE_AHEAD, [serviceName, knownUs]);
      const timeline = new ServiceTimeline(aheadOf(ahead));
      if (timeline.status !== null) sum.change({ atUs: knownUs, status: timeline.status });
      for await (const rows of chunks(session, serviceName, knownUs, toUs)) {
        for (const event of eventsOf(rows)) {
          const change = timeline.apply(event);
          if (change !== null) sum.change({ atUs: event.occurredAtUs, status: change.toStatus });
        }
      }
      return { from, to, durations: sum.total(), isKnown: timeline.status !== null };
    });
  }
}

async function readGaps(session: Session, fromUs: Micros, toUs: Micros): Promise<Interval[]> {
  const rows = await session.query<{ started_at: Micros; ended_at: Micros | null }>(READ_GAPS, [
    fromUs,
    toUs,
  ]);
  return rows.map(({ started_at, ended_at }) => ({ fromUs: started_at, toUs: ended_at }));
}

/** What makes the timeline in the window, oldest first. */
async function* chunks(
  session: Session,
  serviceName: string,
  fromUs: Micros,
  toUs: Micros,
): AsyncGenerator<TimelineRow[]> {
  let after = { ...START, occurredAtUs: fromUs, instanceId: '' };
  let read = 0;
  for (;;) {
    const rows = await session.query<TimelineRow>(READ_TIMELINE_FORWARD, [
      serviceName,
      after.occurredAtUs,
      after.receivedAtUs,
      after.messageId,
      after.instanceId,
      toUs,
      CHUNK,
    ]);
    read += rows.length;
    if (read > MAX_TIMELINE_EVENTS) throw new WindowTooFullError();
    yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < CHUNK) return;
    after = placeOf(last);
  }
}
