import { markdownTable } from './markdown.js';
import { METRICS, type MetricName, textOf } from './metrics.js';
import { medianOf, type Report } from './report.js';

interface Target {
  readonly what: string;
  readonly measurement: string;
  readonly metric: MetricName;
  /** As measured, not as printed. */
  readonly atLeast: number;
  readonly aim: number;
}

const megabytes = (count: number): number => count * 2 ** 20;

/** What the product is to reach on two cores, everything on one machine, all guarantees on. */
const TARGETS: readonly Target[] = [
  target("journal drain, 50 × 7, to the guide's design", 'drain', 'toGuide', 25, 40),
  target('… to the same, as usually written', 'drain', 'toUsual', 25, 40),
  target('journal drain, 50 × 7, to single-connection COPY', 'drain', 'toCopy', 0.3, 0.5),
  target("live pub/sub, to the guide's design", 'live', 'toGuide', 15, 25),
  target('… to the same, as usually written', 'live', 'toUsual', 15, 25),
  target('journal drain, 2,000 × 5 to 50 × 7', 'drain-wide', 'toDrain', 0.6, 0.8),
  target('publish to visible at 1,000/s, p99, ms', 'steady-1000', 'latencyP99Ms', 100, 40),
  target('dashboard of 10,000 under load, p99, ms', 'reads', 'dashboardP99Ms', 150, 40),
  target('uptime over 30 days, 10 million rows, p99, ms', 'growth-10', 'uptimeP99Ms', 100, 20),
  target('ingest at 10 million rows to an empty table', 'growth-10', 'toEmpty', 0.9, 1),
  target(
    'memory over idle at 1,000/s, MB',
    'steady-1000',
    'overIdleBytes',
    megabytes(50),
    megabytes(25),
  ),
  target(
    'memory at overload, over idle, MB',
    'overload',
    'overIdleBytes',
    megabytes(200),
    megabytes(100),
  ),
  target('connections to PostgreSQL at 1,000/s', 'steady-1000', 'connections', 15, 8),
];

function target(
  what: string,
  measurement: string,
  metric: MetricName,
  atLeast: number,
  aim: number,
): Target {
  return { what, measurement, metric, atLeast, aim };
}

/** Null where nothing was measured that has a target. */
export function targetsTable(report: Report): string | null {
  const rows = TARGETS.flatMap(({ what, measurement, metric, atLeast, aim }) => {
    const measured = medianOf(report, measurement, metric);
    if (measured === null) return [];
    const verdict = verdictOf(metric, measured, atLeast, aim);
    return [
      [what, textOf(metric, atLeast), textOf(metric, aim), textOf(metric, measured), verdict],
    ];
  });
  if (rows.length === 0) return null;
  return `### Targets\n\n${markdownTable(['', 'at least', 'aim', 'measured', ''], rows)}`;
}

function verdictOf(metric: MetricName, measured: number, atLeast: number, aim: number): string {
  const reaches = (bound: number): boolean =>
    METRICS[metric].better === 'less' ? measured <= bound : measured >= bound;
  if (reaches(aim)) return 'met, aim reached';
  return reaches(atLeast) ? 'met' : 'missed';
}
