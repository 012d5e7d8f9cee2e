import { requirePlatform } from './host.mjs';
import * as unpackedPackages from './unpacked-packages.mjs';

/**
 * Local TimescaleDB and Redis for development and tests. Types and promises: `index.d.mts`.
 */

export { Refusal } from './refusal.mjs';

const DEFAULT_NAME = 'dev';

/**
 * Who provides the services on this host. A provider has `up`, `down`, `status`, `destroy` (each
 * takes an instance's name) and `destroyAll`.
 * @throws {Refusal} this host has none
 */
async function provider() {
  await requirePlatform();
  return unpackedPackages;
}

export const up = async ({ name = DEFAULT_NAME } = {}) => (await provider()).up(name);

export const down = async ({ name = DEFAULT_NAME } = {}) => (await provider()).down(name);

export const status = async ({ name = DEFAULT_NAME } = {}) => (await provider()).status(name);

export const destroy = async ({ name = DEFAULT_NAME } = {}) => (await provider()).destroy(name);

export const destroyAll = async () => (await provider()).destroyAll();

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
