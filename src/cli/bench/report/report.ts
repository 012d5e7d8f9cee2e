import { availableParallelism, totalmem } from 'node:os';
import type { Measurement, Size } from '../measurement.js';
import { type Figure, type Spread, spreadOf } from './figures.js';
import { METRIC_NAMES, type MetricName } from './metrics.js';
import type { SectionName } from './sections.js';

/** A measurement over all rounds. */
export interface Row {
  readonly measurement: string;
  readonly title: string;
  readonly section: SectionName;
  readonly metrics: Readonly<Partial<Record<MetricName, Spread>>>;
  readonly rounds: readonly (Figure & { readonly round: number })[];
}

/** What `--json` writes and `--compare` reads. */
export interface Report {
  readonly format: typeof FORMAT;
  readonly takenAt: string;
  readonly size: Size;
  readonly isProfiled: boolean;
  readonly machine: { readonly cores: number; readonly memoryGibibytes: number };
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
  /** Measurements without a figure, and why. */
  readonly failures: readonly string[];
}

/** Raised when an earlier run's file can no longer be compared. */
export const FORMAT = 2;

/** By measurement and round. */
export type Figures = ReadonlyMap<string, ReadonlyMap<number, Figure>>;

export function reportOf(
  measurements: readonly Measurement[],
  figures: Figures,
  circumstances: Pick<Report, 'takenAt' | 'size' | 'isProfiled' | 'versions' | 'failures'>,
): Report {
  return {
    format: FORMAT,
    ...circumstances,
    machine: { cores: availableParallelism(), memoryGibibytes: Math.round(totalmem() / 2 ** 30) },
    rows: measurements.flatMap((measurement) => rowOf(measurement, figures) ?? []),
  };
}

function rowOf({ name, title, section }: Measurement, figures: Figures): Row | null {
  const taken = [...(figures.get(name) ?? [])];
  if (taken.length === 0) return null;
  const rounds = taken.map(([round, figure]) => ({
    round,
    ...figure,
    ...(section === 'throughput' ? ratiosOf(name, round, figure, figures) : {}),
  }));
  return { measurement: name, title, section, metrics: spreadsOf(rounds), rounds };
}

/** Which measurement's rate stands below the line. */
const BASES = { toCopy: 'copy', toGuide: 'guide', toUsual: 'usual' } as const;

/** Round by round: what disturbed a round is in both its figures. */
function ratiosOf(name: string, round: number, figure: Figure, figures: Figures): Figure {
  const to = (base: string): number =>
    (figure.eventsPerSecond ?? Number.NaN) /
    (figures.get(base)?.get(round)?.eventsPerSecond ?? Number.NaN);
  const ratios = Object.entries(BASES).map(([metric, base]) => [metric, to(base)] as const);
  if (name === 'drain-wide') ratios.push(['toDrain', to('drain')] as never);
  return Object.fromEntries(ratios.filter(([, ratio]) => Number.isFinite(ratio)));
}

function spreadsOf(rounds: readonly Figure[]): Row['metrics'] {
  return Object.fromEntries(
    METRIC_NAMES.flatMap((metric) => {
      const spread = spreadOf(rounds.flatMap((figure) => figure[metric] ?? []));
      return spread === null ? [] : [[metric, spread]];
    }),
  );
}

/** The median that a measurement gave for a metric; null where it was not taken. */
export const medianOf = (report: Report, measurement: string, metric: MetricName): number | null =>
  report.rows.find((row) => row.measurement === measurement)?.metrics[metric]?.median ?? null;
