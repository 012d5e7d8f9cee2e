import { Child } from './child.js';
import type { PrivateServices } from '../private-services.js';
import type { Target } from './workspace.js';

/** As `start:prod` in package.json has it; why, the Dockerfile says. */
const SMALL_YOUNG_GENERATION = '--max-semi-space-size=1';

/** Starts this product as it is started in production, with its defaults but for `variables`. */
export function startApp(
  services: PrivateServices,
  target: Target,
  profileFolder: string | null,
  variables: Readonly<Record<string, string>> = {},
): Child {
  const profiling = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  return Child.start('the app', '../../main.js', {
    nodeArgs: [SMALL_YOUNG_GENERATION, ...profiling],
    env: {
      NODE_ENV: 'production',
      DATABASE_URL: services.databaseUrl,
      DATABASE_SCHEMA: target.schema,
      REDIS_URL: services.redisUrl,
      HEALTH_JOURNAL_KEY: target.journalKey,
      HEALTH_CHANNELS: target.channel,
      HEALTH_INSTANCE_ID: 'bench',
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'warn',
      LOG_FORMAT: 'json',
      ...variables,
    },
  });
}
