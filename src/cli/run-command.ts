import type { Environment } from '../config/environment.js';
import { ConfigurationError } from '../config/load.js';
import { withoutPasswords } from '../observability/log.js';
import { textOf } from '../runtime/error-text.js';
import { environmentWithout } from './environment-without.js';

/**
 * Runs a command that needs only the database: prints what it returns, or one sentence per problem,
 * and never a stack trace. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
 *
 * Commands do not talk to Redis, so `REDIS_URL` may be missing.
 */
export async function runCommand(
  command: (environment: Environment, options: ReadonlySet<string>) => Promise<string>,
  knownOptions: readonly string[] = [],
): Promise<void> {
  const options = process.argv.slice(2);
  const unknown = options.find((option) => !knownOptions.includes(option));
  if (unknown !== undefined) {
    const known = knownOptions.length === 0 ? 'there are none' : knownOptions.join(', ');
    process.stderr.write(`unknown option ${unknown}; options: ${known}\n`);
    process.exitCode = 2;
    return;
  }
  await runDatabaseCommand(async (environment) => await command(environment(), new Set(options)));
}

/**
 * The same for a command that reads its command line itself; what it throws is one sentence for people.
 * `environment` throws where a variable is wrong.
 */
export async function runDatabaseCommand(
  command: (environment: () => Environment) => Promise<string>,
): Promise<void> {
  try {
    const done = await command(() => environmentWithout('REDIS_URL'));
    process.stdout.write(`${done}\n`);
  } catch (error) {
    const lines = error instanceof ConfigurationError ? error.problems : [textOf(error)];
    process.stderr.write(lines.map((line) => `${withoutPasswords(line)}\n`).join(''));
    process.exitCode = 1;
  }
}
