import type * as LocalServices from '../../scripts/local-services/index.mjs';

/** From the compiled file, `dist/src/cli/`, to the folder of `package.json`. */
const PROJECT_ROOT = new URL('../../../', import.meta.url);

export interface PrivateServices {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** A superuser's, for checkpoints between measurements; null where there is none. */
  readonly adminDatabaseUrl: string | null;
  /** Ends what this run has started. */
  release(): Promise<void>;
}

/**
 * The services that a command works on: those that TEST_DATABASE_URL and TEST_REDIS_URL name, else
 * local ones of its own under a name, which are deleted afterwards. DATABASE_URL and REDIS_URL, which
 * are the operator's, are not looked at.
 */
export async function privateServices(
  env: NodeJS.ProcessEnv,
  name: string,
): Promise<PrivateServices> {
  const { TEST_DATABASE_URL: databaseUrl, TEST_REDIS_URL: redisUrl } = env;
  if (databaseUrl && redisUrl) {
    return { databaseUrl, redisUrl, adminDatabaseUrl: null, release: () => Promise.resolve() };
  }
  const path = new URL('scripts/local-services/index.mjs', PROJECT_ROOT).href;
  const local = (await import(path)) as typeof LocalServices;
  const instance = await local.up({ name });
  return {
    databaseUrl: instance.databaseUrl,
    redisUrl: instance.redisUrl,
    adminDatabaseUrl: instance.adminDatabaseUrl,
    release: () => local.destroy({ name }),
  };
}
