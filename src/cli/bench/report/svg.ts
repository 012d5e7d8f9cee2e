import type { Spread } from './figures.js';
import { textOf } from './metrics.js';
import type { Report, Row } from './report.js';

const WIDTH = 860;
const LABEL_WIDTH = 290;
const VALUE_WIDTH = 210;
const BAR_HEIGHT = 22;
const ROW_HEIGHT = 34;
const TOP = 64;
const BOTTOM = 44;

/** Colours of both schemes; what stands for a limit, a baseline and the product. */
const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #24292f }
    .back { fill: #ffffff }
    .title { font-size: 17px; font-weight: 600 }
    .small { font-size: 11px; fill: #57606a }
    .limit { fill: #8c959f } .baseline { fill: #bf8700 } .product { fill: #1f6feb }
    .whisker { stroke: #24292f; stroke-width: 1.5 }
    @media (prefers-color-scheme: dark) {
      .back { fill: #0d1117 } text { fill: #e6edf3 } .small { fill: #9198a1 }
      .limit { fill: #6e7681 } .baseline { fill: #d29922 } .product { fill: #58a6ff }
      .whisker { stroke: #e6edf3 }
    }`;

/** Stores nothing and is so fast that all other bars would be short. */
const OFF_THE_CHART = 'counter';

interface Bar {
  readonly row: Row;
  readonly rate: Spread;
}

/** Events per second of each measurement that has them: a bar to the median, a line from minimum to maximum. */
export function chartOf(report: Report): string {
  const bars = report.rows.flatMap((row): Bar[] => {
    const rate = row.metrics.eventsPerSecond;
    const isShown = row.section === 'throughput' && row.measurement !== OFF_THE_CHART;
    return rate === undefined || !isShown ? [] : [{ row, rate }];
  });
  const height = TOP + bars.length * ROW_HEIGHT + BOTTOM;
  const most = Math.max(1, ...bars.map(({ rate }) => rate.max));
  const scale = (value: number): number => (value / most) * (WIDTH - LABEL_WIDTH - VALUE_WIDTH);
  const { cores, memoryGibibytes } = report.machine;
  const versions = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`);
  const foot = `${report.takenAt.slice(0, 10)}, ${cores} cores, ${memoryGibibytes} GiB; ${versions.join(', ')}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title">
  <style>${STYLE}
  </style>
  <title id="title">Events per second by measurement</title>
  <rect class="back" width="100%" height="100%"/>
  <text class="title" x="16" y="28">Events per second</text>
  <text class="small" x="16" y="48">median of the rounds; the line goes from minimum to maximum</text>
${bars.map((bar, index) => barOf(bar, TOP + index * ROW_HEIGHT, scale)).join('\n')}
  <text class="small" x="16" y="${height - 16}">${escaped(foot)}</text>
</svg>
`;
}

function barOf({ row, rate }: Bar, top: number, scale: (value: number) => number): string {
  const kind = row.title.split(':')[0] ?? '';
  const middle = top + BAR_HEIGHT / 2;
  const x = (value: number): string => (LABEL_WIDTH + scale(value)).toFixed(1);
  const toGuide = row.metrics.toGuide;
  const factor = toGuide === undefined ? '' : ` · ${textOf('toGuide', toGuide.median)} × guide's`;
  const label = escaped(row.title);
  const value = escaped(textOf('eventsPerSecond', rate.median) + factor);
  return [
    `  <text x="${LABEL_WIDTH - 10}" y="${middle + 4}" text-anchor="end">${label}</text>`,
    `  <rect class="${escaped(kind)}" x="${LABEL_WIDTH}" y="${top}" width="${scale(rate.median).toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
    `  <line class="whisker" x1="${x(rate.min)}" y1="${middle}" x2="${x(rate.max)}" y2="${middle}"/>`,
    `  <text x="${(LABEL_WIDTH + scale(rate.max) + 8).toFixed(1)}" y="${middle + 4}">${value}</text>`,
  ].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
