import { parseArgs } from 'node:util';

export const USAGE = `usage: node dist/src/cli/demo.js [--seed N] [--speed N]

  --seed    of the story: the same number tells the same one (default: 1)
  --speed   how many times as fast as life, 0.1 to 100 (default: 1)

REDIS_URL and HEALTH_CHANNELS say where to publish.`;

export const DEFAULT_SEED = 1;
const MIN_SPEED = 0.1;
const MAX_SPEED = 100;

export interface DemoOptions {
  readonly seed: number;
  readonly speed: number;
}

/** Null where the command line is not as {@link USAGE} has it. */
export function parseOptions(args: readonly string[]): DemoOptions | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { seed: { type: 'string' }, speed: { type: 'string' } },
    });
    const seed = numberOf(values.seed, DEFAULT_SEED);
    const speed = numberOf(values.speed, 1);
    if (!Number.isSafeInteger(seed) || seed < 0) return null;
    return speed >= MIN_SPEED && speed <= MAX_SPEED ? { seed, speed } : null;
  } catch {
    return null;
  }
}

/** NaN for what is no number, the empty text too. */
const numberOf = (text: string | undefined, absent: number): number =>
  text === undefined ? absent : text.trim() === '' ? Number.NaN : Number(text);
