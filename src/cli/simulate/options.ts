import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run simulate -- [--seed N] [--quick] [--hours H] [--services N] [--sweepers LIST] [--json FILE]
       npm run simulate -- --live

  --seed      of the world: the same number makes the same one (default: 1)
  --quick     50 services for 2 hours instead of 200 for 24
  --hours     simulated, 0.5 to 168
  --services  1 to 1000, of three instances each
  --sweepers  how many sweep at a time, one simulation for each (default: 1,2,3)
  --json      writes the verdict to a file
  --live      instead, in real time: the application as a process, killed and kicked, for a minute`;

const DEFAULT_SEED = 1;
const MAX_SWEEPERS = 3;

export interface SimulateOptions {
  readonly seed: number;
  readonly hours: number;
  readonly services: number;
  readonly sweepers: readonly number[];
  readonly jsonFile: string | null;
  readonly isLive: boolean;
}

/** Null where the command line is not as {@link USAGE} has it. */
export function parseOptions(args: readonly string[]): SimulateOptions | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        quick: { type: 'boolean', default: false },
        hours: { type: 'string' },
        services: { type: 'string' },
        sweepers: { type: 'string', default: '1,2,3' },
        json: { type: 'string' },
        live: { type: 'boolean', default: false },
      },
    });
    const seed = numberOf(values.seed, DEFAULT_SEED);
    const hours = numberOf(values.hours, values.quick ? 2 : 24);
    const services = numberOf(values.services, values.quick ? 50 : 200);
    const sweepers = values.sweepers.split(',').map((text) => numberOf(text, Number.NaN));
    const isRight =
      isWhole(seed, 0, Number.MAX_SAFE_INTEGER) &&
      hours >= 0.5 &&
      hours <= 168 &&
      isWhole(services, 1, 1_000) &&
      sweepers.every((count) => isWhole(count, 1, MAX_SWEEPERS));
    const [jsonFile, isLive] = [values.json ?? null, values.live];
    return isRight ? { seed, hours, services, sweepers, jsonFile, isLive } : null;
  } catch {
    return null;
  }
}

/** NaN for what is no number, the empty text too. */
const numberOf = (text: string | undefined, absent: number): number =>
  text === undefined ? absent : text.trim() === '' ? Number.NaN : Number(text);

const isWhole = (value: number, from: number, to: number): boolean =>
  Number.isSafeInteger(value) && value >= from && value <= to;
