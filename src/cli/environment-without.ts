import type { Environment } from '../config/environment.js';
import { loadEnvironment } from '../config/load.js';

const PLACEHOLDERS = { DATABASE_URL: 'postgres://unused', REDIS_URL: 'redis://unused' } as const;

/**
 * The environment of a command that has no use for one of the services, which may then be missing
 * from it.
 *
 * @throws ConfigurationError
 */
export function environmentWithout(unused: keyof typeof PLACEHOLDERS): Environment {
  return loadEnvironment({
    ...process.env,
    [unused]: PLACEHOLDERS[unused],
    [`${unused}_FILE`]: undefined,
  });
}
