import type { Environment } from '../config/environment.js';
import type { Deadlines } from './deadline.js';

/** What holds where neither event nor settings say otherwise, as this instance is configured. */
export const deadlinesOf = (environment: Environment): Deadlines => ({
  defaultTtlSeconds: environment.HEALTH_DEFAULT_TTL_SECONDS,
  graceSeconds: environment.HEALTH_GRACE_SECONDS,
});
