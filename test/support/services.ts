import { type Instance, up } from '../../scripts/local-services/index.mjs';
import { LOCAL_INSTANCE, SERVICES_VARIABLE } from './services-of-run.mjs';

/** The services under test. */
export interface TestServices {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Superuser; null where the services are given and TEST_ADMIN_DATABASE_URL is not. */
  readonly adminDatabaseUrl: string | null;
  /** Path or name of a runnable redis-cli. */
  readonly redisCli: string;
  /** Made by the tests (they may be stopped and started), or given from outside. */
  readonly isLocal: boolean;
}

/** What the set-up found or started. */
export function testServices(): TestServices {
  const value = process.env[SERVICES_VARIABLE];
  if (value === undefined) throw new Error('the global set-up of the tests has not run');
  return JSON.parse(value) as TestServices;
}

/** Stop and start of the local services; null where they are given from outside. */
export async function servicesControl(): Promise<Instance | null> {
  return testServices().isLocal ? await up({ name: LOCAL_INSTANCE }) : null;
}
