import { type Environment, SECRETS } from '../../config/environment.js';
import { ConfigurationError, loadEnvironment } from '../../config/load.js';
import { type Check, requirement } from './check.js';

/** Longer values of a variable are cut off. */
const SHOWN_CHARACTERS = 60;
/** Stands where an address is wrong; nobody connects to it. */
const PLACEHOLDERS = { DATABASE_URL: 'postgres://unknown', REDIS_URL: 'redis://unknown' } as const;

export interface Configuration {
  /** With the default in the place of each wrong variable. */
  readonly environment: Environment;
  /** Names of the wrong variables. */
  readonly wrong: ReadonlySet<string>;
  readonly checks: readonly Check[];
}

/** Reads the environment as the product does; what is wrong in it is told and does not end the reading. */
export function readConfiguration(source: NodeJS.ProcessEnv): Configuration {
  try {
    const environment = loadEnvironment(source);
    const found = 'every variable right';
    return {
      environment,
      wrong: new Set(),
      checks: [requirement('configuration', 'variables as in .env.example').ok(found)],
    };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const names = error.problems.map(variableOf);
    return {
      environment: loadEnvironment(withoutThose(names, source)),
      wrong: new Set(names),
      checks: error.problems.map((problem) => wrongVariable(problem, source)),
    };
  }
}

function withoutThose(names: readonly string[], source: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const rest: NodeJS.ProcessEnv = { ...source };
  for (const name of names) {
    rest[name] = name in PLACEHOLDERS ? PLACEHOLDERS[name as keyof typeof PLACEHOLDERS] : undefined;
    rest[`${name}_FILE`] = undefined;
  }
  return rest;
}

const variableOf = (problem: string): string => (problem.split(' ')[0] ?? '').replace(/_FILE$/, '');

function wrongVariable(problem: string, source: NodeJS.ProcessEnv): Check {
  const name = variableOf(problem);
  const isRequired = name in PLACEHOLDERS;
  return requirement('configuration', problem).failed(
    valueOf(name, source),
    isRequired ? `set ${name}` : `correct ${name}, or leave it out for its default`,
  );
}

/** Never of a secret. */
function valueOf(name: string, source: NodeJS.ProcessEnv): string {
  const value = source[name]?.trim() ?? '';
  const isSecret = SECRETS.some((secret) => secret === name);
  if (isSecret) return value === '' ? `no usable ${name}` : `a ${name} that is wrong`;
  const cut = value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value;
  return `${name}=${cut}`;
}
