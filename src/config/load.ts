import { readFileSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import { Environment, problemsOf, SECRETS, VARIABLES } from './environment.js';

/** The configuration cannot be used; `problems` holds one line per wrong variable. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/**
 * Reads and checks all variables at once. An empty value counts as not given.
 *
 * @throws ConfigurationError with every problem, not only the first.
 */
export function loadEnvironment(source: NodeJS.ProcessEnv): Environment {
  const values: Record<string, string> = {};
  const problems: string[] = [];
  for (const name of VARIABLES) {
    const value = source[name];
    if (value !== undefined && value.trim() !== '') values[name] = value.trim();
  }
  for (const name of SECRETS) {
    const path = source[`${name}_FILE`];
    if (path === undefined || path.trim() === '') continue;
    if (name in values) {
      problems.push(`${name}_FILE must not be given together with ${name}`);
      continue;
    }
    try {
      values[name] = readFileSync(path.trim(), 'utf8').trim();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
      problems.push(`${name}_FILE names a file that cannot be read (${code})`);
      values[name] = '';
    }
  }
  const environment = plainToInstance(Environment, values, { exposeDefaultValues: true });
  const named = new Set(problems.map((problem) => problem.split('_FILE')[0]));
  problems.push(...problemsOf(environment).filter((line) => !named.has(line.split(' ')[0])));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return environment;
}
