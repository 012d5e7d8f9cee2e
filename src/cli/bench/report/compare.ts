import type { Spread } from './figures.js';
import { markdownTable } from './markdown.js';
import { type Metric, METRIC_NAMES, METRICS, type MetricName, textOf } from './metrics.js';
import { FORMAT, type Report, type Row } from './report.js';

/**
 * What has changed since an earlier run, by its medians. Where the rounds of both overlap, or there was
 * one round only, the difference may be chance.
 */
export function comparison(before: Report, after: Report): string {
  const rows = after.rows.flatMap((row) => {
    const earlier = before.rows.find(({ measurement }) => measurement === row.measurement);
    return earlier === undefined ? [] : linesOf(earlier, row);
  });
  const title = `### Compared with ${before.takenAt}`;
  const table = markdownTable(['', 'metric', 'before', 'after', 'ratio', ''], rows);
  return [title, ...warnings(before, after), table].join('\n\n');
}

/** Absolute figures of unlike runs say little. */
function warnings(before: Report, after: Report): string[] {
  const differences = [
    ['size of the run', before.size, after.size],
    ['CPU profiler', before.isProfiled, after.isProfiled],
    ['cores', before.machine.cores, after.machine.cores],
    ...Object.keys(after.versions).map((name) => [
      name,
      before.versions[name],
      after.versions[name],
    ]),
  ].filter(([, was, is]) => was !== is);
  return differences.map(([what, was, is]) => `Not alike: ${what} was ${was}, is ${is}.`);
}

function linesOf(before: Row, after: Row): string[][] {
  return METRIC_NAMES.flatMap((name) => {
    const metric: Metric = METRICS[name];
    const [was, is] = [before.metrics[name], after.metrics[name]];
    if (metric.better === null || was === undefined || is === undefined) return [];
    const ratio = is.median / was.median;
    const texts = [textOf(name, was.median), textOf(name, is.median)];
    return [[after.title, metric.title, ...texts, ratioText(ratio), verdictOf(name, was, is)]];
  });
}

const ratioText = (ratio: number): string => (Number.isFinite(ratio) ? ratio.toFixed(2) : '–');

function verdictOf(name: MetricName, was: Spread, is: Spread): string {
  if (was.median === is.median) return 'the same';
  const isSingle = was.min === was.max || is.min === is.max;
  const overlaps = was.min <= is.max && is.min <= was.max;
  if (overlaps || isSingle) return overlaps ? 'spreads overlap' : 'one round only';
  return is.median > was.median === (METRICS[name].better === 'more') ? 'better' : 'worse';
}

/** @throws Error in one sentence where the text is no report that can be compared with. */
export function parseReport(text: string, file: string): Report {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${file} is not JSON: give --compare a file that --json wrote`);
  }
  const isReport =
    typeof value === 'object' && value !== null && 'format' in value && value.format === FORMAT;
  if (!isReport) {
    throw new Error(
      `${file} is not of format ${FORMAT}: give --compare a file that this version wrote`,
    );
  }
  return value as Report;
}
