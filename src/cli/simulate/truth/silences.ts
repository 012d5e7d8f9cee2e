import type { Micros } from '../../../events/health-event.js';
import type { Heard } from './ledger.js';
import type { Life } from './life.js';
import { dueUs, type Rules } from './rules.js';

/** Time in which an instance was stale: half-open. */
export interface Silence {
  /** Reception of the word before it. */
  readonly heardUs: Micros;
  readonly dueUs: Micros;
  /** The next reception, or when the instance was taken out; Infinity: it lasts. */
  readonly endsUs: Micros;
  /** The instance was heard again. */
  readonly isRecovery: boolean;
}

/**
 * The silences of one life, as of `horizonUs`. Nobody waits for one whose newest report is a leave
 * word; «newest» by event time, among those heard until then.
 */
export function silencesOf({ heard, removal }: Life, rules: Rules, horizonUs: Micros): Silence[] {
  const silences: Silence[] = [];
  let newest: Heard = heard[0];
  for (const [nth, word] of heard.entries()) {
    if (isBehind(word, newest)) newest = word;
    if (newest.word === 'left') continue;
    const due = dueUs(rules, word.receivedUs, word.ttlSeconds);
    const next = heard[nth + 1]?.receivedUs;
    const endsUs = next ?? removal?.removedUs ?? Infinity;
    const isSilence = due < endsUs && (next !== undefined || due < horizonUs);
    if (!isSilence) continue;
    const isRecovery = next !== undefined;
    silences.push({ heardUs: word.receivedUs, dueUs: due, endsUs, isRecovery });
  }
  return silences;
}

/** In event time. */
const isBehind = (a: Heard, b: Heard): boolean =>
  a.effectiveUs > b.effectiveUs || (a.effectiveUs === b.effectiveUs && a.receivedUs > b.receivedUs);
