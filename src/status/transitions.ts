import type { Session } from '../storage/database.js';
import type { Transition } from './projection.js';
import { INSERT_TRANSITIONS } from './transitions.sql.js';

export async function insertTransitions(
  session: Session,
  transitions: readonly Transition[],
): Promise<void> {
  if (transitions.length === 0) return;
  await session.query(INSERT_TRANSITIONS, [JSON.stringify(transitions.map(parameterOf))]);
}

const parameterOf = (transition: Transition): unknown => ({
  o: transition.occurredAtUs,
  s: transition.serviceName,
  i: transition.instanceId,
  m: transition.messageId,
  r: transition.receivedAtUs,
  f: transition.fromStatus,
  t: transition.toStatus,
  w: transition.reason,
});
