import type { Outcome } from './injection.js';

const HEADER = [
  'fault',
  'times',
  'acknowledged',
  'stored',
  'lost',
  'duplicates',
  'recovery s',
  'result',
] as const;

/** A line for each fault, in the order of their numbers, over all its injections. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const numbers = [...new Set(outcomes.map(({ fault }) => fault))].sort((a, b) => a - b);
  const rows = numbers.map((number) => rowOf(outcomes.filter(({ fault }) => fault === number)));
  const all = [HEADER, ...rows];
  const widths = HEADER.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) =>
        isText(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}

/** The first column and the last are words, the others numbers. */
const isText = (at: number): boolean => at === 0 || at === HEADER.length - 1;

function rowOf(outcomes: readonly Outcome[]): string[] {
  const sum = (of: (outcome: Outcome) => number): string =>
    String(outcomes.reduce((total, outcome) => total + of(outcome), 0));
  const recoveries = outcomes.flatMap(({ recoverySeconds }) => recoverySeconds ?? []);
  const [first] = outcomes;
  return [
    `${first?.fault ?? 0} ${first?.name ?? ''}`,
    sum(({ times }) => times),
    sum(({ acknowledged }) => acknowledged),
    sum(({ stored }) => stored),
    sum(({ lost }) => lost),
    sum(({ duplicates }) => duplicates),
    recoveries.length === 0 ? '' : Math.max(...recoveries).toFixed(1),
    resultOf(outcomes),
  ];
}

function resultOf(outcomes: readonly Outcome[]): string {
  const failed = outcomes.filter(({ violations }) => violations.length > 0);
  if (failed.length > 0) return `FAILED (seed ${failed[0]?.seed ?? 0})`;
  const reason = outcomes.find(({ notInjected }) => notInjected !== null)?.notInjected;
  if (reason != null) return `not injected: ${reason}`;
  return outcomes.some(({ lost }) => lost > 0) ? 'held, losses in recorded gaps' : 'held';
}
