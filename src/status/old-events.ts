import type { Micros, ReceivedEvent } from '../events/health-event.js';
import type { Session } from '../storage/database.js';
import type { Rules } from './deadline.js';
import { COUNT_ENDED, EXTEND_LIFE, READ_SWEPT_THROUGH } from './old-events.sql.js';
import { livesOf } from './silence-review.js';
import { replaySilences } from './silences.js';

/** How far deadlines have been swept; 0 where they never were. */
export async function sweptThroughUs(session: Session): Promise<Micros> {
  const [row] = await session.query<{ swept_through: Micros | null }>(READ_SWEPT_THROUGH, []);
  return row?.swept_through ?? 0;
}

/** Lets a life that ended reach up to an event that was received before its end. */
export async function extendLife(session: Session, event: ReceivedEvent): Promise<void> {
  const { serviceName, instanceId, receivedAtUs, messageId } = event;
  await session.query(EXTEND_LIFE, [serviceName, instanceId, receivedAtUs, messageId]);
}

/** Puts an old event of a life that ended into its silences and its service's count. */
export async function settleEnded(
  session: Session,
  event: ReceivedEvent,
  rules: Rules,
  horizonUs: Micros,
  windowDays: number,
): Promise<void> {
  const { serviceName, instanceId, receivedAtUs } = event;
  const lives = await livesOf(session, serviceName, instanceId);
  const ended = lives.find(({ life }) => receivedAtUs <= life.throughUs);
  if (ended !== undefined) {
    const instance = { serviceName, instanceId, ...ended };
    const reach = 'newer event';
    await replaySilences(session, instance, receivedAtUs, rules, horizonUs, windowDays, reach);
  }
  await session.query(COUNT_ENDED, [
    serviceName,
    instanceId,
    event.occurredAtUs,
    receivedAtUs,
    event.messageId,
    event.responseTimeMs,
    event.message,
  ]);
}
