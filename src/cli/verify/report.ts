import type { Line } from './checklist.js';

const GROUP_WIDTH = 'end-to-end'.length;
const NAME_WIDTH = '5/5 pause and resume'.length;

/** One line for people. */
export const lineOf = ({ group, name, isPassed, ms, text }: Line): string =>
  `${wordOf(isPassed)}  ${group.padEnd(GROUP_WIDTH)}  ${name.padEnd(NAME_WIDTH)}  ` +
  `${ms.toFixed(0).padStart(6)} ms  ${text}`;

export const wordOf = (isPassed: boolean): string => (isPassed ? 'PASSED' : 'FAILED');

/** The last line. */
export function summaryOf(lines: readonly Line[], ms: number): string {
  const passed = lines.filter(({ isPassed }) => isPassed).length;
  return `${wordOf(passed === lines.length)}: ${String(passed)} of ${String(lines.length)} checks passed in ${(ms / 1_000).toFixed(1)} s`;
}

/** For machines, in the words of the lines. */
export const documentOf = (lines: readonly Line[], ms: number): unknown => ({
  passed: lines.every(({ isPassed }) => isPassed),
  checks_passed: lines.filter(({ isPassed }) => isPassed).length,
  checks: lines.length,
  duration_ms: Math.round(ms),
  items: lines.map((line) => ({
    group: line.group,
    name: line.name,
    passed: line.isPassed,
    duration_ms: Math.round(line.ms),
    text: line.text,
  })),
});
