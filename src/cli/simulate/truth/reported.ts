import type { Micros } from '../../../events/health-event.js';
import type { Heard, Word } from './ledger.js';
import type { Life } from './life.js';
import { type Rules, settingsAt } from './rules.js';

/** From a moment on, until the next step. */
export interface Step<Status> {
  readonly fromUs: Micros;
  readonly status: Status;
}

const RANK: Readonly<Record<Word, number>> = {
  healthy: 0,
  unknown: 1,
  degraded: 2,
  unhealthy: 3,
  left: Number.NaN,
};

/**
 * What an instance reported over time: its reports in event time, where a status holds until as many
 * reports in a row as the thresholds ask for were worse, or better. Leave words and what follows them
 * count at once.
 */
export function reportedOf({ heard }: Life, rules: Rules): Step<Word>[] {
  const ordered = [...heard].sort(
    (a, b) => a.effectiveUs - b.effectiveUs || a.receivedUs - b.receivedUs,
  );
  const steps: Step<Word>[] = [];
  let worse = 0;
  let better = 0;
  for (const report of ordered) {
    const { word } = report;
    const status = steps.at(-1)?.status;
    const isWorse = status !== undefined && RANK[word] > RANK[status];
    const isBetter = status !== undefined && RANK[word] < RANK[status];
    worse = isWorse ? worse + 1 : 0;
    better = isBetter ? better + 1 : 0;
    if (!counts(report, status, { worse, better }, rules)) continue;
    worse = 0;
    better = 0;
    if (word !== status) steps.push({ fromUs: report.effectiveUs, status: word });
  }
  return steps;
}

function counts(
  { word, receivedUs }: Heard,
  status: Word | undefined,
  inARow: { readonly worse: number; readonly better: number },
  rules: Rules,
): boolean {
  if (status === undefined || status === 'left' || word === 'left') return true;
  const { failureThreshold, successThreshold } = settingsAt(rules, receivedUs);
  return inARow.worse >= failureThreshold || inARow.better >= successThreshold;
}
