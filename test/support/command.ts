import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { distribution } from './app.js';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  /** Without the empty one at the end. */
  readonly errorLines: readonly string[];
}

/** Runs a program of the built application, `src/cli/migrate.js` for example, to its end. */
export async function runCommand(
  program: string,
  environment: Readonly<Record<string, string>>,
  options: readonly string[] = [],
): Promise<CommandResult> {
  const child = spawn(process.execPath, [path.join(distribution(), program), ...options], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await exit;
  const errorLines = stderr
    .split('\n')
    .filter((line, index, all) => index < all.length - 1 || line);
  return { code: child.exitCode, stdout, errorLines };
}
