import { parseArgs } from 'node:util';
import { isOnlyIfAsked, type Measurement, type Size } from './measurement.js';
import { MEASUREMENTS } from './measurements.js';
import { growthOf } from './measurements/growth.js';
import { CAPACITY_RATES, steadyName } from './measurements/steady.js';

const NAMES = MEASUREMENTS.map(({ name }) => name);

export const USAGE = `usage: npm run bench -- [--quick] [--rounds N] [--only NAME,…] [--rows MILLIONS] [--capacity]
                      [--json FILE] [--svg FILE] [--compare FILE] [--profile DIR]

  --quick     smaller loads, the most telling measurements: under 3 minutes on 2 cores
  --rounds    how often each measurement is taken (default: 3, the long ones once)
  --only      only these, of ${wrapped(NAMES)}
  --rows      measures growth at so many million rows, too: 50 takes about half an hour and 40 GB
  --capacity  only what the capacity table of docs/operations.md is made of, and prints it
  --json      writes all figures to a file
  --svg       writes a chart of the throughput to a file
  --compare   tells what has changed since an earlier run's --json
  --profile   writes CPU profiles of the app process to a folder; such figures are slower`;

export interface BenchOptions {
  readonly size: Size;
  readonly rounds: number;
  /** The long measurements, too, are taken in each round. */
  readonly isEachRound: boolean;
  readonly measurements: readonly Measurement[];
  readonly isCapacity: boolean;
  readonly jsonFile: string | null;
  readonly svgFile: string | null;
  readonly compareFile: string | null;
  readonly profileFolder: string | null;
}

const DEFAULT_ROUNDS = 3;
const MAX_ROWS_MILLIONS = 1_000;

/** Null where the command line is not as {@link USAGE} has it. */
export function parseOptions(args: readonly string[]): BenchOptions | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        only: { type: 'string' },
        rows: { type: 'string' },
        capacity: { type: 'boolean', default: false },
        json: { type: 'string' },
        svg: { type: 'string' },
        compare: { type: 'string' },
        profile: { type: 'string' },
      },
    });
    const size = values.quick ? 'quick' : 'full';
    const rounds = Number(values.rounds ?? (values.capacity ? 1 : DEFAULT_ROUNDS));
    if (!Number.isInteger(rounds) || rounds < 1) return null;
    const known = withGrowth(values.rows);
    const names = values.capacity ? CAPACITY_RATES.map(steadyName) : values.only?.split(',');
    if (known === null || names?.some((name) => !NAMES.includes(name)) === true) return null;
    return {
      size,
      rounds,
      isEachRound: values.rounds !== undefined,
      measurements: known.filter(({ name, frequency }) =>
        names === undefined
          ? !isOnlyIfAsked(frequency[size])
          : names.includes(name) || !NAMES.includes(name),
      ),
      isCapacity: values.capacity,
      jsonFile: values.json ?? null,
      svgFile: values.svg ?? null,
      compareFile: values.compare ?? null,
      profileFolder: values.profile ?? null,
    };
  } catch {
    return null;
  }
}

/** With the measurement of so many million rows; null where that is no such number. */
function withGrowth(text: string | undefined): readonly Measurement[] | null {
  if (text === undefined) return MEASUREMENTS;
  const millions = Number(text);
  if (!(millions > 0 && millions <= MAX_ROWS_MILLIONS)) return null;
  const growth = growthOf(millions);
  return [...MEASUREMENTS.filter(({ name }) => name !== growth.name), growth];
}

function wrapped(names: readonly string[]): string {
  const half = Math.ceil(names.length / 2);
  return [names.slice(0, half), names.slice(half)]
    .map((line) => line.join(', '))
    .join(',\n              ');
}
