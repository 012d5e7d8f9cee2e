/** A kind of number that measurements give. */
export interface Metric {
  /** Head of a column. */
  readonly title: string;
  /** Which way is good; null: neither, it tells of the circumstances. */
  readonly better: 'more' | 'less' | null;
  /** Digits behind the point. */
  readonly digits: number;
  /** What one unit as printed is in units as measured; 1 where it is left out. */
  readonly unit?: number;
}

const MEBIBYTE = 2 ** 20;

const more = (title: string, digits = 0): Metric => ({ title, better: 'more', digits });
const less = (title: string, digits = 0): Metric => ({ title, better: 'less', digits });
const told = (title: string, digits = 0): Metric => ({ title, better: null, digits });
const ratio = (title: string, digits: number): Metric => more(title, digits);
const memory = (title: string): Metric => ({ ...less(title), unit: MEBIBYTE });

/** All numbers that there are. A percentage is of one core. */
export const METRICS = {
  events: told('events'),
  seconds: told('s', 1),
  eventsPerSecond: more('events/s'),
  toCopy: ratio('÷ COPY', 3),
  toGuide: ratio("÷ guide's", 1),
  toUsual: ratio('÷ usual', 1),
  toDrain: ratio('÷ 50 × 7', 2),
  appCpuMicros: less('process µs/event', 1),
  postgresCpuMicros: less('PostgreSQL µs/event', 1),
  redisCpuMicros: less('Redis µs/event', 1),
  maxRssBytes: memory('RSS max MB'),
  latencyP50Ms: less('p50 ms', 1),
  latencyP99Ms: less('p99 ms', 1),
  latencyP999Ms: less('p99.9 ms', 1),
  lateP99Ms: told('sent late, p99 ms', 1),
  appCpuPercent: less('app CPU %', 1),
  postgresCpuPercent: less('PostgreSQL CPU %', 1),
  redisCpuPercent: less('Redis CPU %', 1),
  idleRssBytes: memory('idle MB'),
  loadedRssBytes: memory('RSS MB'),
  overIdleBytes: memory('over idle MB'),
  diskBytesPerEvent: less('disk B/event'),
  connections: less('connections'),
  sustainedPerSecond: told('sustainable/s'),
  offeredPerSecond: told('intended/s'),
  publishedPerSecond: told('published/s'),
  timesSustained: told('× sustainable', 1),
  storedShare: told('stored %', 1),
  backAfterSeconds: less('level again after s', 1),
  toEmpty: ratio('÷ empty table', 2),
  dashboardP50Ms: less('dashboard p50 ms', 1),
  dashboardP99Ms: less('p99 ms', 1),
  uptimeP50Ms: less('uptime p50 ms', 1),
  uptimeP99Ms: less('p99 ms', 1),
  messagesP50Ms: less('messages p50 ms', 1),
  messagesP99Ms: less('p99 ms', 1),
  historyP50Ms: less('history p50 ms', 1),
  historyP99Ms: less('p99 ms', 1),
  refusedPercent: less('answered 503 %', 1),
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];

/** A value for people. */
export function textOf(name: MetricName, value: number): string {
  const { digits, unit = 1 }: Metric = METRICS[name];
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return (value / unit).toLocaleString('en', format);
}
