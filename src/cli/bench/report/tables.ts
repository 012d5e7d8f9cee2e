import type { Spread } from './figures.js';
import { markdownTable } from './markdown.js';
import { METRICS, type MetricName, textOf } from './metrics.js';
import type { Report, Row } from './report.js';
import { type Section, SECTIONS } from './sections.js';

/** The report for people, in the form of docs/benchmark.md. */
export function tablesOf(report: Report): string {
  const sections = Object.entries(SECTIONS).flatMap(([name, section]) => {
    const rows = report.rows.filter((row) => row.section === name);
    return rows.length === 0 ? [] : [`### ${section.title}\n\n${tableOf(section, rows)}`];
  });
  return [circumstances(report), ...sections].join('\n\n');
}

function circumstances(report: Report): string {
  const { cores, memoryGibibytes } = report.machine;
  const versions = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`);
  const rounds = Math.max(0, ...report.rows.map((row) => row.rounds.length));
  const kind = report.size === 'quick' ? '`--quick`' : 'full run';
  const warning = report.isProfiled ? ' With the CPU profiler on: slower than without.' : '';
  return (
    `${report.takenAt.slice(0, 10)}, ${kind}, ${rounds} round${rounds === 1 ? '' : 's'}: ` +
    `${cores} cores, ${memoryGibibytes} GiB, everything on one machine;\n` +
    `${versions.join(', ')}. Medians, with minimum and maximum of the rounds.${warning}`
  );
}

/** Columns of which no row knows anything are left out. */
function tableOf({ columns, spreads }: Section, rows: readonly Row[]): string {
  const shown = columns.filter((name) => rows.some((row) => row.metrics[name] !== undefined));
  return markdownTable(
    ['', ...shown.map((name) => METRICS[name].title)],
    rows.map((row) => [
      row.title,
      ...shown.map((name) => cellOf(name, row.metrics[name], spreads.has(name), row.rounds.length)),
    ]),
  );
}

function cellOf(
  name: MetricName,
  spread: Spread | undefined,
  isSpreadShown: boolean,
  rounds: number,
): string {
  if (spread === undefined) return '–';
  const median = textOf(name, spread.median);
  if (!isSpreadShown || rounds < 2) return median;
  return `${median} (${textOf(name, spread.min)}–${textOf(name, spread.max)})`;
}
