import type pg from 'pg';
import { type CommandResult, runCommand } from './command.js';

export interface VerifyLine {
  readonly group: string;
  readonly name: string;
  readonly passed: boolean;
  readonly text: string;
}

export interface VerifyReport {
  readonly code: number | null;
  readonly lines: readonly VerifyLine[];
  /** What was tried and is not so; without lines that could not be tried for it. */
  readonly failures: Readonly<Record<string, string>>;
}

export const VERIFY = 'src/cli/verify.js';

/** Runs `npm run verify -- --json`. */
export async function verify(environment: Readonly<Record<string, string>>): Promise<VerifyReport> {
  const { code, stdout } = await runCommand(VERIFY, environment, ['--json']);
  const { items: lines } = JSON.parse(stdout) as { items: readonly VerifyLine[] };
  const failed = lines.filter(({ passed, text }) => !passed && !text.startsWith('not tried: '));
  return {
    code,
    lines,
    failures: Object.fromEntries(failed.map(({ name, text }) => [name, text])),
  };
}

/** Each line of `--json`, with `--watch`. */
export const documentsOf = ({ stdout }: CommandResult): Record<string, unknown>[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** How many rows of each table hold a name, as text or as bytes; tables without such a row are left out. */
export async function tracesOf(
  client: pg.Client,
  name: string,
): Promise<Readonly<Record<string, number>>> {
  const tables = await client.query<{ name: string }>(
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables
      WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const found: Record<string, number> = {};
  for (const { name: table } of tables.rows) {
    const { rows } = await client.query<{ n: number }>(
      `SELECT count(*)::integer AS n FROM ${table} AS t
        WHERE strpos(t::text, $1) > 0 OR strpos(t::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0`,
      [name],
    );
    const n = rows[0]?.n ?? 0;
    if (n > 0) found[table] = n;
  }
  return found;
}
