import type { Word } from './ledger.js';
import type { Step } from './reported.js';
import type { Silence } from './silences.js';

export type Shown = Word | 'stale';

/** What is shown of an instance: what it reported, with its silences over it. */
export function shownOf(
  reported: readonly Step<Word>[],
  silences: readonly Silence[],
): Step<Shown>[] {
  const steps: Step<Shown>[] = reported.filter(
    ({ fromUs }) => !silences.some(({ dueUs, endsUs }) => dueUs <= fromUs && fromUs < endsUs),
  );
  for (const { dueUs, endsUs, isRecovery } of silences) {
    steps.push({ fromUs: dueUs, status: 'stale' });
    const then = reported.findLast(({ fromUs }) => fromUs <= endsUs);
    if (isRecovery && then !== undefined) steps.push({ fromUs: endsUs, status: then.status });
  }
  steps.sort((a, b) => a.fromUs - b.fromUs);
  return steps.filter(({ fromUs }, nth) => steps[nth + 1]?.fromUs !== fromUs);
}
