import { CAPACITY_RATES, steadyName } from '../measurements/steady.js';
import { markdownTable } from './markdown.js';
import { type MetricName, textOf } from './metrics.js';
import { medianOf, type Report } from './report.js';

const SECONDS_PER_DAY = 86_400;

const COLUMNS: readonly (readonly [title: string, metric: MetricName])[] = [
  ['app CPU %', 'appCpuPercent'],
  ['PostgreSQL CPU %', 'postgresCpuPercent'],
  ['Redis CPU %', 'redisCpuPercent'],
  ['app RSS MB', 'loadedRssBytes'],
  ['over idle MB', 'overIdleBytes'],
  ['connections', 'connections'],
];

/** The table of docs/operations.md: what a rate takes. A percentage is of one core. */
export function capacityTable(report: Report): string {
  const rows = CAPACITY_RATES.map((perSecond) => {
    const median = (metric: MetricName): number | null =>
      medianOf(report, steadyName(perSecond), metric);
    const bytes = median('diskBytesPerEvent');
    const gibibytes = bytes === null ? null : (bytes * perSecond * SECONDS_PER_DAY) / 2 ** 30;
    return [
      perSecond.toLocaleString('en'),
      ...COLUMNS.map(([, metric]) => {
        const value = median(metric);
        return value === null ? '–' : textOf(metric, value);
      }),
      gibibytes === null ? '–' : gibibytes.toFixed(1),
    ];
  });
  const header = ['events/s', ...COLUMNS.map(([title]) => title), 'disk GiB/day'];
  return `### Capacity\n\n${markdownTable(header, rows)}`;
}
