import { MEASUREMENTS } from '../measurements.js';
import { comparison, parseReport } from './compare.js';
import type { Figure } from './figures.js';
import { medianOf, type Report, reportOf } from './report.js';
import { chartOf } from './svg.js';
import { tablesOf } from './tables.js';
import { targetsTable } from './targets.js';

const CIRCUMSTANCES = {
  takenAt: '2026-11-28T10:00:00.000Z',
  size: 'full',
  isProfiled: false,
  versions: { 'Node.js': '20.19.0', PostgreSQL: '17 <test>' },
  failures: [],
} as const;

/** By measurement, the events per second of each round; null where it has no figure. */
const rates = (
  byName: Readonly<Record<string, readonly (number | null)[]>>,
  more: Readonly<Record<string, Figure>> = {},
  circumstances: Partial<typeof CIRCUMSTANCES> = {},
): Report => {
  const figures = new Map<string, Map<number, Figure>>();
  for (const [name, values] of Object.entries(byName)) {
    const rounds = values.flatMap((eventsPerSecond, index) =>
      eventsPerSecond === null ? [] : [[index + 1, { eventsPerSecond }] as const],
    );
    figures.set(name, new Map(rounds));
  }
  for (const [name, figure] of Object.entries(more)) figures.set(name, new Map([[1, figure]]));
  return reportOf(MEASUREMENTS, figures, { ...CIRCUMSTANCES, ...circumstances });
};

describe('ratios', () => {
  it('are made round by round, and not where one of both is missing', () => {
    const report = rates({ guide: [100, 1_000, 200], drain: [2_000, 20_000, null] });
    expect(medianOf(report, 'drain', 'toGuide')).toBe(20);
    expect(medianOf(report, 'drain', 'toCopy')).toBeNull();
    expect(report.rows.find((row) => row.measurement === 'drain')?.rounds).toHaveLength(2);
  });

  it('of the wide fleet are to the narrow one', () => {
    const report = rates({ drain: [100], 'drain-wide': [70] });
    expect(medianOf(report, 'drain-wide', 'toDrain')).toBe(0.7);
    expect(medianOf(report, 'drain', 'toDrain')).toBeNull();
  });
});

describe('tables', () => {
  it('show what was measured, with minimum and maximum, and no column of which nothing is known', () => {
    const lines = tablesOf(rates({ copy: [90_000, 100_000, 80_000] })).split('\n');
    expect(lines.find((line) => line.includes('COPY, one connection'))).toContain(
      '90,000 (80,000–100,000) | 1.000 (1.000–1.000) |',
    );
    expect(lines.find((line) => line.includes('events/s ('))).toBeUndefined();
    expect(lines.join('\n')).not.toContain("guide's");
  });
});

describe('targets', () => {
  const verdict = (report: Report, what: string): string | undefined =>
    targetsTable(report)
      ?.split('\n')
      .find((line) => line.includes(what))
      ?.split('|')
      .at(-2)
      ?.trim();

  it.each([
    [2_400, 'missed'],
    [2_500, 'met'],
    [4_000, 'met, aim reached'],
  ])('more is better: a drain of %d events/s to 100 is %s', (rate, wanted) => {
    const report = rates({ guide: [100], drain: [rate] });
    expect(verdict(report, "50 × 7, to the guide's design")).toBe(wanted);
  });

  it.each([
    [100.1, 'missed'],
    [100, 'met'],
    [40, 'met, aim reached'],
  ])('less is better: %d ms at 1,000/s are %s', (latencyP99Ms, wanted) => {
    const report = rates({}, { 'steady-1000': { latencyP99Ms } });
    expect(verdict(report, 'visible at 1,000/s')).toBe(wanted);
  });

  it('are not told where nothing was measured that has one', () => {
    expect(targetsTable(rates({ copy: [1] }))).toBeNull();
  });
});

describe('a comparison', () => {
  const before = rates({ live: [100, 110, 120] });
  const line = (after: Report): string | undefined =>
    comparison(before, after)
      .split('\n')
      .find((text) => text.includes('events/s'));

  it.each([
    [[121, 130, 140], '1.18', 'better'],
    [[80, 90, 99], '0.82', 'worse'],
    [[90, 130, 140], '1.18', 'spreads overlap'],
    [[130], '1.18', 'one round only'],
    [[90, 110, 150], '1.00', 'the same'],
  ])('with %j has the ratio %s: %s', (after, ratio, verdict) => {
    expect(line(rates({ live: after }))).toMatch(new RegExp(`${ratio} +\\| ${verdict} +\\|`));
  });

  it('tells what was not alike', () => {
    const after = rates({ live: [1] }, {}, {
      versions: { 'Node.js': '20.19.0', PostgreSQL: '18' },
    } as object);
    expect(comparison(before, after)).toContain('PostgreSQL was 17 <test>, is 18');
  });

  it('takes what was written as JSON, and nothing else', () => {
    expect(parseReport(JSON.stringify(before), 'f').rows).toHaveLength(1);
    expect(() => parseReport('{', 'f')).toThrow('f is not JSON');
    expect(() => parseReport('{"rows":[]}', 'f')).toThrow('f is not of format');
  });
});

describe('the chart', () => {
  it('has a bar for each rate, as long as it is high, and escapes what it is given', () => {
    const svg = chartOf(rates({ copy: [100, 100], counter: [900], guide: [25, 25] }));
    const widths = [...svg.matchAll(/<rect class="(\w+)".* width="([\d.]+)"/g)];
    const [whole, quarter] = widths.map(([, , width]) => Number(width));
    expect(widths.map(([, kind]) => kind)).toEqual(['limit', 'baseline']);
    expect((whole ?? 0) / (quarter ?? 0)).toBeCloseTo(4);
    expect(svg).toContain('PostgreSQL 17 &lt;test&gt;');
    expect(svg).toContain('prefers-color-scheme: dark');
  });

  it('is one of nothing, too', () => {
    expect(chartOf(rates({}))).toContain('</svg>');
  });
});
