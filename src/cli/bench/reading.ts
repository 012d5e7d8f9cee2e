import type { App } from './app.js';
import { Child } from './child.js';
import { type Figure, percentile } from './report/figures.js';

export type ReadingKind = 'dashboard' | 'uptime' | 'messages' | 'history';

/** Questions of one kind at a steady rate. */
export interface Reading {
  readonly kind: ReadingKind;
  /** Asked in turn. */
  readonly paths: readonly string[];
  readonly perSecond: number;
  readonly count: number;
}

/** What came of the questions of a kind. */
export interface Looks {
  readonly kind: ReadingKind;
  readonly timesMs: readonly number[];
  /** How many of them were answered with 503. */
  readonly refused: number;
}

const METRICS = {
  dashboard: ['dashboardP50Ms', 'dashboardP99Ms'],
  uptime: ['uptimeP50Ms', 'uptimeP99Ms'],
  messages: ['messagesP50Ms', 'messagesP99Ms'],
  history: ['historyP50Ms', 'historyP99Ms'],
} as const;

/**
 * Asks in a process of its own, all kinds at the same time. An answer of 503 counts with the
 * time that it took. @throws Error where one is neither that nor 200.
 */
export async function read(app: App, readings: readonly Reading[]): Promise<Figure> {
  const reader = Child.start('the reader', './processes/reader.js', {
    args: [String(app.port)],
  });
  try {
    const reading = new Promise<readonly Looks[]>((resolve, reject) => {
      reader.onMessage((message) => {
        if (typeof message !== 'object' || message === null) return;
        if ('looks' in message) resolve(message.looks as readonly Looks[]);
        if ('failed' in message) reject(new Error(String(message.failed)));
      });
    });
    reader.send({ readings });
    const looks = await reader.whileAlive(reading);
    return Object.assign({ refusedPercent: worstRefusal(looks) }, ...looks.map(figureOf)) as Figure;
  } finally {
    await reader.stop();
  }
}

function figureOf({ kind, timesMs }: Looks): Figure {
  const [median, p99] = METRICS[kind];
  return { [median]: percentile(timesMs, 0.5), [p99]: percentile(timesMs, 0.99) };
}

/** Of the kind of which most were refused. */
const worstRefusal = (looks: readonly Looks[]): number =>
  Math.max(...looks.map(({ refused, timesMs }) => (100 * refused) / timesMs.length));

const API = '/api/v1/health';

/** What is asked of the histories and the dashboard. */
export const PATHS = {
  dashboard: `${API}/dashboard?limit=10000`,
  uptime: (service: string) => `${API}/services/${service}/uptime?window=720h`,
  messages: (service: string) => `${API}/services/${service}/messages?limit=100`,
  history: (service: string, from: string, to: string) =>
    `${API}/services/${service}/history?bucket=1h&limit=1000&from=${from}&to=${to}`,
} as const;
