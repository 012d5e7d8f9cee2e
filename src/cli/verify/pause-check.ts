import type { ConsumerState } from '../../api/monitor/monitor.responses.js';
import { pause } from '../../runtime/backoff.js';
import { CheckFailed } from './checklist.js';
import type { Deployment } from './deployment.js';
import { verifyEvent } from './events.js';
import { isBehind } from './journal-view.js';
import { PAUSED, untilNotPausedByAnother } from './paused.js';
import { publish, rowsOf, untilJournaled, untilStored } from './publishing.js';

/** Should this process be killed meanwhile, the pause ends after this. */
const PAUSE_LIMIT_MS = 15_000;
/** Far longer than an instance that reads needs to store one event; far below `HEALTH_GAP_AFTER_MS`. */
const HELD_MS = 300;
const POLL_MS = 20;

/** While the group is paused, events are journaled and not stored; then they are. */
export async function pauseAndResume(deployment: Deployment, signal: AbortSignal): Promise<string> {
  const { journal, serviceName, ledger } = deployment;
  await untilNotPausedByAnother(deployment, signal);
  if (await journal.isPaused()) throw new CheckFailed(PAUSED);
  const one = verifyEvent(serviceName, 'pause', 'healthy', await journal.nowMs());
  const startedMs = performance.now();
  try {
    const state = await pauseForAWhile(deployment);
    if (!state.group_paused) throw new CheckFailed('POST /consumer/pause did not pause the group');
    await publish(deployment, one.text);
    ledger.expect(one);
    await untilJournaled(deployment, one, signal);
    await pause(HELD_MS, signal);
    await requireUnread(deployment, one.messageId);
    if ((await rowsOf(deployment, [one])) > 0) {
      throw new CheckFailed('an event was stored while the group was paused');
    }
  } finally {
    await resume(deployment);
  }
  const pausedMs = performance.now() - startedMs;
  const storedMs = await untilStored(deployment, [one], signal);
  return `paused for ${pausedMs.toFixed(0)} ms: journaled and not stored; stored ${storedMs.toFixed(0)} ms after the resume`;
}

/** The limit is set as soon as the pause is, not only when the route has answered. */
async function pauseForAWhile({ journal, rest }: Deployment): Promise<ConsumerState> {
  const call = { isOver: false };
  const answer = rest.api<ConsumerState>('POST', '/consumer/pause?scope=group').finally(() => {
    call.isOver = true;
  });
  answer.catch(() => undefined); // it is waited for below
  while (!call.isOver && !(await journal.isPaused())) await pause(POLL_MS);
  await journal.limitPause(PAUSE_LIMIT_MS);
  return await answer;
}

async function requireUnread({ journal }: Deployment, messageId: string): Promise<void> {
  const [entry, state] = [await journal.entryWith(messageId), await journal.state()];
  if (entry === null) throw new CheckFailed('the journal does not hold the event any more');
  if (state?.delivered == null || !isBehind(entry, state.delivered)) {
    throw new CheckFailed('an instance has read the event while the group was paused');
  }
}

/** Unless somebody has paused the group meanwhile: that pause is not ours. */
async function resume(deployment: Deployment): Promise<void> {
  const { journal, rest } = deployment;
  if (await journal.isPausedForGood()) return;
  try {
    await rest.api('POST', '/consumer/resume?scope=group');
  } catch (error) {
    await journal.removePause();
    throw error;
  }
}
