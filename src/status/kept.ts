import type { Micros } from '../events/health-event.js';
import type { Session } from '../storage/database.js';
import { micros } from '../storage/time-columns.js';

const MICROS_PER_DAY = 86_400_000_000;

/** From when on nothing was removed; 0 where nothing ever was. */
export interface Kept {
  /**
   * Every event with this effective time or a later one is in the audit log as it was stored. Of those
   * before, some or all are gone: nothing is computed from them any more, and what was stands.
   */
  readonly eventsFromUs: Micros;
  /** The same of the histories: transitions, silences, gaps, deletions, settings, what was said. */
  readonly historyFromUs: Micros;
}

export const NOTHING_REMOVED: Kept = { eventsFromUs: 0, historyFromUs: 0 };

/**
 * What a policy of TimescaleDB may have removed until now counts as removed. Index: the primary key of the
 * one row.
 */
const READ_RETENTION = {
  name: 'read_retention',
  text: `
    SELECT coalesce(${micros('greatest(r.messages_from, now() - make_interval(days => r.policy_days))')}, 0)
             AS events_from,
           coalesce(${micros('r.history_from')}, 0) AS history_from
      FROM health_retention r`,
};

export async function readKept(session: Session): Promise<Kept> {
  const [row] = await session.query<{ events_from: Micros; history_from: Micros }>(
    READ_RETENTION,
    [],
  );
  return { eventsFromUs: row?.events_from ?? 0, historyFromUs: row?.history_from ?? 0 };
}

/**
 * From here on every reception is in the audit log: an event that is gone was received within the window
 * after it occurred.
 */
export const receptionsFromUs = ({ eventsFromUs }: Kept, windowDays: number): Micros =>
  eventsFromUs === 0 ? 0 : eventsFromUs + windowDays * MICROS_PER_DAY;
