import { replayItem, replayResult } from '../../api/dead-letters/replay-mapping.js';
import { OUTCOMES, type Replayed } from '../../dead-letters/letter-replay.js';
import type { DeadLetterPlace } from '../../storage/dead-letter-read-model.js';
import type { Options } from './options.js';
import { replayLine } from './texts.js';
import type { Workplace } from './workplace.js';

/** Letters found by one query. */
const PAGE_LETTERS = 500;
/** Letters that are told one by one. */
const TOLD = 50;
/** Between two lines of progress. */
const PROGRESS_MS = 2_000;

type One = Extract<Options, { command: 'replay one' }>;
type Many = Extract<Options, { command: 'replay many' }>;

export async function replayOne({ replay }: Workplace, options: One): Promise<string> {
  const { id, isDryRun, isJson } = options;
  const replayed = await replay.replay(id, isDryRun, 'patient');
  if (replayed === null) throw new Error(`no dead letter has the number ${id}`);
  return isJson ? JSON.stringify(replayResult(replayed, isDryRun)) : replayLine(replayed, isDryRun);
}

export async function replayMany(workplace: Workplace, options: Many): Promise<string> {
  const replayed = await replayAll(workplace, options);
  const { isDryRun, isJson } = options;
  const counts = OUTCOMES.map(
    (outcome) => [outcome, replayed.filter((one) => one.outcome === outcome).length] as const,
  );
  if (isJson) {
    const items = replayed.map(replayItem);
    return JSON.stringify({ dry_run: isDryRun, ...Object.fromEntries(counts), items });
  }
  const told = replayed.slice(0, TOLD).map((one) => replayLine(one, isDryRun));
  if (replayed.length > TOLD) told.push(`… and ${String(replayed.length - TOLD)} more`);
  const summary = counts.map(([outcome, n]) => `${outcome} ${String(n)}`).join(', ');
  return [...told, isDryRun ? `would be: ${summary}; nothing was changed` : summary].join('\n');
}

async function replayAll(
  { selection }: Workplace,
  { filter, limit, isDryRun }: Many,
): Promise<Replayed[]> {
  const replayed: Replayed[] = [];
  let place: DeadLetterPlace | null = null;
  let toldMs = performance.now();
  do {
    const left = Math.min(PAGE_LETTERS, (limit ?? Infinity) - replayed.length);
    const page = await selection.run(filter, place, left, isDryRun, 'patient');
    replayed.push(...page.items);
    place = page.next;
    if (performance.now() - toldMs < PROGRESS_MS) continue;
    toldMs = performance.now();
    process.stderr.write(`${String(replayed.length)} letters\n`);
  } while (place !== null && replayed.length < (limit ?? Infinity));
  return replayed;
}
