import type { Environment } from '../config/environment.js';
import type { Limits } from './rules.js';

/** What the rules go by, as this instance is configured. */
export const limitsOf = (environment: Environment): Limits => ({
  holdSeconds: environment.HEALTH_ALERT_HOLD_SECONDS,
  gapAfterSeconds: environment.HEALTH_GAP_AFTER_MS / 1_000,
});
