import type { MetricName } from './metrics.js';

export type SectionName = 'throughput' | 'steady' | 'overload' | 'reads' | 'growth';

/** A table of the report. */
export interface Section {
  readonly title: string;
  readonly columns: readonly MetricName[];
  /** Columns whose cells show the minimum and the maximum beside the median. */
  readonly spreads: ReadonlySet<MetricName>;
}

export const SECTIONS: Readonly<Record<SectionName, Section>> = {
  throughput: {
    title: 'Throughput',
    columns: [
      'eventsPerSecond',
      'toCopy',
      'toGuide',
      'toUsual',
      'toDrain',
      'appCpuMicros',
      'postgresCpuMicros',
      'redisCpuMicros',
      'maxRssBytes',
    ],
    spreads: new Set(['eventsPerSecond', 'toCopy', 'toGuide', 'toUsual', 'toDrain']),
  },
  steady: {
    title: 'Steady load: publish to visible in REST, and what it costs',
    columns: [
      'latencyP50Ms',
      'latencyP99Ms',
      'latencyP999Ms',
      'lateP99Ms',
      'appCpuPercent',
      'postgresCpuPercent',
      'redisCpuPercent',
      'idleRssBytes',
      'overIdleBytes',
      'diskBytesPerEvent',
      'connections',
    ],
    spreads: new Set(['latencyP50Ms', 'latencyP99Ms', 'latencyP999Ms', 'overIdleBytes']),
  },
  overload: {
    title: 'Overload',
    columns: [
      'sustainedPerSecond',
      'offeredPerSecond',
      'publishedPerSecond',
      'timesSustained',
      'storedShare',
      'backAfterSeconds',
      'idleRssBytes',
      'overIdleBytes',
    ],
    spreads: new Set(['overIdleBytes']),
  },
  reads: {
    title: 'Reads under load',
    columns: ['dashboardP50Ms', 'dashboardP99Ms', 'uptimeP50Ms', 'uptimeP99Ms', 'refusedPercent'],
    spreads: new Set(['dashboardP99Ms', 'uptimeP99Ms']),
  },
  growth: {
    title: 'Growth',
    columns: [
      'toEmpty',
      'eventsPerSecond',
      'dashboardP50Ms',
      'dashboardP99Ms',
      'uptimeP50Ms',
      'uptimeP99Ms',
      'messagesP50Ms',
      'messagesP99Ms',
      'historyP50Ms',
      'historyP99Ms',
      'refusedPercent',
    ],
    spreads: new Set(['toEmpty']),
  },
};
