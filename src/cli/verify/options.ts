import { parseArgs } from 'node:util';

const USAGE = `usage: npm run verify -- [--json]
       npm run verify -- --watch 24h [--every 1m] [--json]

  --watch  repeats the success criteria for so long, and reports each round; 1s to 31d
  --every  from the begin of one round to the begin of the next (default: 1m); 1s to 1d
  --json   for machines: one document, or with --watch one a line`;

const DEFAULT_EVERY_MS = 60_000;
const MAX_WATCH_MS = 31 * 86_400_000;
const MAX_EVERY_MS = 86_400_000;

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** The command line is not as {@link USAGE} has it; the message says in one sentence what is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Options {
  /** Null: once, and everything. */
  readonly watch: { readonly forMs: number; readonly everyMs: number } | null;
  readonly isJson: boolean;
}

/** @throws UsageError */
export function parseOptions(args: readonly string[]): Options {
  const { watch, every, json: isJson } = parsed(args);
  const everyMs = durationOf('every', every, MAX_EVERY_MS);
  const forMs = durationOf('watch', watch, MAX_WATCH_MS);
  if (forMs === null) {
    if (everyMs !== null) throw new UsageError('--every goes with --watch, such as --watch 24h');
    return { watch: null, isJson };
  }
  return { watch: { forMs, everyMs: everyMs ?? DEFAULT_EVERY_MS }, isJson };
}

function parsed(args: readonly string[]): {
  readonly watch?: string | undefined;
  readonly every?: string | undefined;
  readonly json: boolean;
} {
  try {
    return parseArgs({
      args: [...args],
      options: {
        watch: { type: 'string' },
        every: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }).values;
  } catch {
    throw new UsageError(USAGE);
  }
}

function durationOf(name: string, text: string | undefined, maximumMs: number): number | null {
  if (text === undefined) return null;
  const [, number = '', unit = ''] = /^(\d{1,7})([smhd])$/.exec(text) ?? [];
  const ms = Number(number) * (UNIT_MS[unit] ?? Number.NaN);
  if (ms >= 1_000 && ms <= maximumMs) return ms;
  const most = `${String(maximumMs / 86_400_000)}d`;
  throw new UsageError(`--${name} must be a time from 1s to ${most}, such as 10s, 5m or 24h`);
}
