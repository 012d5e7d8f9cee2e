import { parseArgs } from 'node:util';
import { isoTimestampMs } from '../../events/iso-timestamp.js';
import { REJECTION_REASONS, type RejectionReason } from '../../events/health-event.js';
import type { Millis } from '../../storage/page.js';

const USAGE = `usage: npm run dead-letters -- list [--reason R] [--from T] [--to T] [--replayed true|false] [--limit N] [--json]
       npm run dead-letters -- show ID [--json]
       npm run dead-letters -- replay ID [--dry-run] [--json]
       npm run dead-letters -- replay [--reason R] [--from T] [--to T] [--all] [--limit N] [--dry-run] [--json]`;

/** The command line is not as {@link USAGE} has it; the message says in one sentence what is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Filter {
  readonly reason: RejectionReason | null;
  readonly from: Millis | null;
  readonly to: Millis | null;
}

export type Options = { readonly isJson: boolean } & (
  | {
      readonly command: 'list';
      readonly filter: Filter;
      readonly replayed: boolean | null;
      readonly limit: number;
    }
  | { readonly command: 'show'; readonly id: string }
  | { readonly command: 'replay one'; readonly id: string; readonly isDryRun: boolean }
  | {
      readonly command: 'replay many';
      readonly filter: Filter;
      /** Null: as many as there are. */
      readonly limit: number | null;
      readonly isDryRun: boolean;
    }
);

const LISTED_BY_DEFAULT = 100;
const MAX_LISTED = 1_000;
const MAX_REPLAYED = 1_000_000_000;

const NAMES = ['reason', 'from', 'to', 'limit', 'replayed', 'all', 'dry-run', 'json'] as const;
type Name = (typeof NAMES)[number];
type Values = Readonly<Partial<Record<Name, string | boolean>>>;

const FILTER: readonly Name[] = ['reason', 'from', 'to'];

/** @throws UsageError */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parsed(args);
  const [command, id, ...rest] = positionals;
  const isJson = values.json === true;
  const isDryRun = values['dry-run'] === true;
  if (rest.length > 0) throw new UsageError('one letter at a time, or a filter');
  switch (command) {
    case 'list':
      if (id !== undefined) throw new UsageError(`list takes no number; try show ${id}`);
      allow(values, command, [...FILTER, 'replayed', 'limit', 'json']);
      return {
        command,
        filter: filterOf(values),
        replayed: replayedOf(values),
        limit: limitOf(values, MAX_LISTED) ?? LISTED_BY_DEFAULT,
        isJson,
      };
    case 'show':
      allow(values, command, ['json']);
      return { command, id: idOf(id), isJson };
    case 'replay':
      if (id !== undefined) {
        allow(values, 'replay of one letter', ['dry-run', 'json']);
        return { command: 'replay one', id: idOf(id), isDryRun, isJson };
      }
      allow(values, command, [...FILTER, 'all', 'limit', 'dry-run', 'json']);
      if (values.all !== true && FILTER.every((name) => values[name] === undefined)) {
        throw new UsageError('replay wants a number, one of --reason, --from and --to, or --all');
      }
      return {
        command: 'replay many',
        filter: filterOf(values),
        limit: limitOf(values, MAX_REPLAYED),
        isDryRun,
        isJson,
      };
    case undefined:
    default:
      throw new UsageError(`say list, show or replay\n${USAGE}`);
  }
}

function parsed(args: readonly string[]): { values: Values; positionals: readonly string[] } {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        reason: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        limit: { type: 'string' },
        replayed: { type: 'string' },
        all: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
        json: { type: 'boolean' },
      },
    });
  } catch {
    const known = new Set<string>(NAMES);
    const unknown = args.find(
      (arg) => arg.startsWith('-') && !known.has(arg.replace(/^--/, '').split('=', 1)[0] ?? ''),
    );
    throw new UsageError(
      unknown === undefined
        ? 'an option has no value, or one too many'
        : `unknown option ${unknown}; options: ${NAMES.map((name) => `--${name}`).join(', ')}`,
    );
  }
}

function allow(values: Values, command: string, names: readonly Name[]): void {
  const other = NAMES.find((name) => values[name] !== undefined && !names.includes(name));
  if (other !== undefined) throw new UsageError(`${command} takes no --${other}`);
}

function idOf(text: string | undefined): string {
  if (text !== undefined && /^[1-9]\d{0,17}$/.test(text)) return text;
  throw new UsageError('give the number of a letter, as list shows it');
}

function filterOf(values: Values): Filter {
  const { reason } = values;
  const known = REJECTION_REASONS.find((word) => word === reason);
  if (reason !== undefined && known === undefined) {
    throw new UsageError(`--reason must be one of ${REJECTION_REASONS.join(', ')}`);
  }
  const [from, to] = [momentOf(values, 'from'), momentOf(values, 'to')];
  if (from !== null && to !== null && from >= to) throw new UsageError('--to must be after --from');
  return { reason: known ?? null, from, to };
}

function momentOf(values: Values, name: 'from' | 'to'): Millis | null {
  const text = values[name];
  if (text === undefined) return null;
  const ms = isoTimestampMs(String(text));
  if (ms !== undefined) return ms;
  throw new UsageError(`--${name} must be an ISO-8601 time, such as 2026-01-31T08:00:00Z`);
}

function replayedOf({ replayed }: Values): boolean | null {
  if (replayed === undefined) return null;
  if (replayed === 'true' || replayed === 'false') return replayed === 'true';
  throw new UsageError('--replayed must be true or false');
}

function limitOf({ limit }: Values, maximum: number): number | null {
  if (limit === undefined) return null;
  const number = /^\d{1,10}$/.test(String(limit)) ? Number(limit) : Number.NaN;
  if (number >= 1 && number <= maximum) return number;
  throw new UsageError(`--limit must be a whole number from 1 to ${String(maximum)}`);
}
