import type { Session } from '../storage/database.js';
import { type Kept, receptionsFromUs } from './kept.js';
import { WRITE_SERVICE_EVENTS } from './rebuild.sql.js';

/**
 * Computes anew from the audit log what a service's row holds of its events.
 *
 * `isTruncated`: there were more than the log has, so the count does not become less.
 */
export async function writeServiceEvents(
  session: Session,
  serviceName: string,
  { kept, windowDays, isTruncated }: ServiceEventsKept,
): Promise<void> {
  await session.query(WRITE_SERVICE_EVENTS, [
    serviceName,
    isTruncated,
    kept.eventsFromUs,
    receptionsFromUs(kept, windowDays),
  ]);
}

interface ServiceEventsKept {
  readonly kept: Kept;
  readonly windowDays: number;
  readonly isTruncated: boolean;
}
