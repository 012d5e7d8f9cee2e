import type { Micros } from '../events/health-event.js';

/** How long before or after the one goes the other may come. */
const OVERLAP_US = 60_000_000;
/** Those that became known within so short a time came together: none of them replaces another. */
const TOGETHER_US = 5_000_000;
/**
 * Who was there for so long when the other came is taken to have made room for it; of two that came
 * at about the same time, one does not replace the other.
 */
const ESTABLISHED_US = 600_000_000;

export interface Comer {
  readonly instanceId: string;
  readonly firstSeenUs: Micros;
}

export interface Leaver extends Comer {
  readonly lastSeenUs: Micros;
}

/** Who fell silent; a replacement may come until the deadline. */
export interface Silenced extends Leaver {
  readonly dueAtUs: Micros;
}

export interface Replacements {
  /** Silent ones whose place is taken. */
  readonly replaced: ReadonlySet<string>;
  /** Those that left and whose place is taken. */
  readonly succeeded: readonly string[];
  /** Who has taken a place, and takes no other. */
  readonly comers: readonly string[];
}

/**
 * Who of the silent has a replacement: another instance of the service that came while it was silent,
 * or shortly before an established one said its last word. Each newcomer takes one place; those that
 * left with a leave word are served first. So the live count is not lower than before.
 *
 * `newcomers` have taken no place yet, `leavers` were followed by nobody yet.
 */
export function findReplacements(
  silenced: readonly Silenced[],
  leavers: readonly Leaver[],
  newcomers: readonly Comer[],
): Replacements {
  const free = [...newcomers].sort((a, b) => a.firstSeenUs - b.firstSeenUs);
  const comers: string[] = [];
  const take = (leaver: Leaver, untilUs: Micros): boolean => {
    const index = free.findIndex((comer) => isSuccessor(leaver, comer, untilUs));
    comers.push(...free.splice(index, index < 0 ? 0 : 1).map(({ instanceId }) => instanceId));
    return index >= 0;
  };
  const succeeded = inOrder(leavers)
    .filter((leaver) => take(leaver, leaver.lastSeenUs + OVERLAP_US))
    .map(({ instanceId }) => instanceId);
  const replaced = inOrder(silenced)
    .filter((silent) => take(silent, silent.dueAtUs))
    .map(({ instanceId }) => instanceId);
  return { replaced: new Set(replaced), succeeded, comers };
}

function isSuccessor(leaver: Leaver, comer: Comer, untilUs: Micros): boolean {
  if (comer.firstSeenUs > untilUs) return false;
  const together = Math.min(TOGETHER_US, (untilUs - leaver.lastSeenUs) / 2);
  if (comer.firstSeenUs < leaver.firstSeenUs + together) return false;
  if (comer.firstSeenUs > leaver.lastSeenUs) return true;
  const isEstablished = leaver.firstSeenUs <= comer.firstSeenUs - ESTABLISHED_US;
  return isEstablished && comer.firstSeenUs > leaver.lastSeenUs - OVERLAP_US;
}

const inOrder = <Item extends Leaver>(items: readonly Item[]): Item[] =>
  [...items].sort((a, b) => a.lastSeenUs - b.lastSeenUs);
