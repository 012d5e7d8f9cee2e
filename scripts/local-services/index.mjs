import { allProviders, providerOf } from './providers.mjs';

/**
 * Local TimescaleDB and Redis for development and tests. Types and promises: `index.d.mts`.
 */

export { Refusal } from './refusal.mjs';

const DEFAULT_NAME = 'dev';

export const up = async ({ name = DEFAULT_NAME } = {}) => (await providerOf(name)).up(name);

export const down = async ({ name = DEFAULT_NAME } = {}) => (await providerOf(name)).down(name);

export const status = async ({ name = DEFAULT_NAME } = {}) => (await providerOf(name)).status(name);

export const destroy = async ({ name = DEFAULT_NAME } = {}) =>
  (await providerOf(name)).destroy(name);

export async function destroyAll() {
  for (const provider of await allProviders()) await provider.destroyAll();
}

/**
 * The services the environment names, which then take the place of local ones.
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ databaseUrl: string, redisUrl: string, adminDatabaseUrl: string } | null} null unless
 * both DATABASE_URL and REDIS_URL are set
 */
export function givenServices(env) {
  const { DATABASE_URL, REDIS_URL, ADMIN_DATABASE_URL } = env;
  if (!DATABASE_URL || !REDIS_URL) return null;
  return {
    databaseUrl: DATABASE_URL,
    redisUrl: REDIS_URL,
    adminDatabaseUrl: ADMIN_DATABASE_URL || DATABASE_URL,
  };
}
