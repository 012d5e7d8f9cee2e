import { availableParallelism, totalmem } from 'node:os';
import { type Figure, type Spread, spreadOf } from './figures.js';
import type { BenchOptions, Measurement } from './options.js';
import type { Workspace } from './workspace.js';

const TITLES: Readonly<Record<Measurement, string>> = {
  copy: 'limit: COPY, one connection',
  guide: "baseline: the guide's design",
  drain: 'product: journal drain',
  live: 'product: live pub/sub',
};

export interface Row {
  readonly measurement: Measurement;
  readonly title: string;
  readonly perSecond: Spread;
  /** Of each round's ratio to the same round's COPY. */
  readonly toCopy: Spread | null;
  /** Of each round's ratio to the same round's baseline. */
  readonly toGuide: Spread | null;
  readonly cpuMicrosPerEvent: Spread | null;
  readonly maxRssBytes: number | null;
  readonly rounds: readonly Figure[];
}

export interface Report {
  readonly takenAt: string;
  readonly isQuick: boolean;
  readonly isProfiled: boolean;
  readonly machine: { readonly cores: number; readonly memoryGibibytes: number };
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

type Figures = ReadonlyMap<Measurement, readonly Figure[]>;

export async function reportOf(
  workspace: Workspace,
  options: BenchOptions,
  figures: Figures,
): Promise<Report> {
  return {
    takenAt: new Date().toISOString(),
    isQuick: options.isQuick,
    isProfiled: options.profileFolder !== null,
    machine: { cores: availableParallelism(), memoryGibibytes: Math.round(totalmem() / 2 ** 30) },
    versions: { node: process.versions.node, ...(await workspace.versions()) },
    rows: options.measurements.flatMap((measurement) => rowOf(measurement, figures) ?? []),
  };
}

function rowOf(measurement: Measurement, figures: Figures): Row | null {
  const rounds = figures.get(measurement) ?? [];
  const perSecond = spreadOf(rounds.map((figure) => figure.perSecond));
  if (perSecond === null) return null;
  return {
    measurement,
    title: TITLES[measurement],
    perSecond,
    toCopy: ratios(rounds, figures.get('copy') ?? []),
    toGuide: ratios(rounds, figures.get('guide') ?? []),
    cpuMicrosPerEvent: spreadOf(rounds.flatMap((figure) => figure.cpuMicrosPerEvent ?? [])),
    maxRssBytes: spreadOf(rounds.flatMap((figure) => figure.maxRssBytes ?? []))?.max ?? null,
    rounds,
  };
}

/** Round by round: what disturbed a round is in both its figures. */
function ratios(rounds: readonly Figure[], base: readonly Figure[]): Spread | null {
  return spreadOf(
    rounds.flatMap(({ perSecond }, round) => {
      const other = base[round];
      return other === undefined ? [] : perSecond / other.perSecond;
    }),
  );
}

/** The report for people. */
export function tableOf(report: Report): string {
  const { cores, memoryGibibytes } = report.machine;
  const versions = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`);
  const header = ['', 'events/s (min–max)', '÷ COPY', "÷ guide's", 'CPU µs/event', 'RSS max MB'];
  const lines = [header, ...report.rows.map(cellsOf)];
  const widths = header.map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  const table = lines.map((cells) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  const title = `${String(cores)} cores, ${String(memoryGibibytes)} GiB; ${versions.join(', ')}`;
  const warning = report.isProfiled ? ['with the CPU profiler on: slower than without'] : [];
  return `${[title, ...warning, '', ...table].join('\n')}\n`;
}

function cellsOf(row: Row): string[] {
  const number = (value: number): string => Math.round(value).toLocaleString('en');
  const { median, min, max } = row.perSecond;
  return [
    row.title,
    `${number(median)} (${number(min)}–${number(max)})`,
    row.toCopy?.median.toFixed(3) ?? '–',
    row.toGuide?.median.toFixed(1) ?? '–',
    row.cpuMicrosPerEvent?.median.toFixed(1) ?? '–',
    row.maxRssBytes === null ? '–' : number(row.maxRssBytes / 2 ** 20),
  ];
}
