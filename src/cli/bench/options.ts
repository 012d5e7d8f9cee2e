import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run bench -- [--quick] [--rounds N] [--only NAME,…] [--json FILE] [--profile DIR]

  --quick     smaller loads: under 3 minutes on 2 cores
  --rounds    how often each measurement is taken (default: 3 with --quick, else 5)
  --only      of copy, guide, drain, live: only these
  --json      writes all figures to a file
  --profile   writes CPU profiles of the app process to a folder; such figures are slower`;

export const MEASUREMENTS = ['copy', 'guide', 'drain', 'live'] as const;
export type Measurement = (typeof MEASUREMENTS)[number];

/** How much work each measurement is. */
export interface Sizes {
  readonly copyEvents: number;
  /** The guide's design is slow: it is measured for a time, not for a number of events. */
  readonly guideMs: number;
  readonly drainEvents: number;
  readonly liveEvents: number;
}

const QUICK: Sizes = {
  copyEvents: 150_000,
  guideMs: 5_500,
  drainEvents: 100_000,
  liveEvents: 80_000,
};
const FULL: Sizes = {
  copyEvents: 300_000,
  guideMs: 10_000,
  drainEvents: 200_000,
  liveEvents: 200_000,
};

export interface BenchOptions {
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly sizes: Sizes;
  readonly measurements: readonly Measurement[];
  readonly jsonFile: string | null;
  readonly profileFolder: string | null;
}

/** Null where the command line is not as {@link USAGE} has it. */
export function parseOptions(args: readonly string[]): BenchOptions | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        only: { type: 'string' },
        json: { type: 'string' },
        profile: { type: 'string' },
      },
    });
    const rounds = Number(values.rounds ?? (values.quick ? 3 : 5));
    const measurements = values.only?.split(',').map(measurementOf) ?? MEASUREMENTS;
    if (!Number.isInteger(rounds) || rounds < 1) return null;
    return {
      isQuick: values.quick,
      rounds,
      sizes: values.quick ? QUICK : FULL,
      measurements: MEASUREMENTS.filter((name) => measurements.includes(name)),
      jsonFile: values.json ?? null,
      profileFolder: values.profile ?? null,
    };
  } catch {
    return null;
  }
}

function measurementOf(text: string): Measurement {
  const found = MEASUREMENTS.find((name) => name === text);
  if (found === undefined) throw new RangeError(`no measurement is called ${text}`);
  return found;
}
