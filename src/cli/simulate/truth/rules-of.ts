import {
  DEFAULT_GRACE_SECONDS,
  DEFAULT_TTL_SECONDS,
  type SimulatedService,
} from '../world/service.js';
import type { World } from '../world/world.js';
import type { Rules, SettingsFrom } from './rules.js';

const DEFAULTS: SettingsFrom = {
  fromUs: 0,
  ttlSeconds: DEFAULT_TTL_SECONDS,
  graceSeconds: DEFAULT_GRACE_SECONDS,
  failureThreshold: 1,
  successThreshold: 1,
  expectedInstances: 0,
};

/** What holds for a service of a world. */
export const rulesOf = ({ settings }: SimulatedService, { outages }: World): Rules => ({
  settings: [
    DEFAULTS,
    ...settings.map((change) => ({
      fromUs: change.atUs,
      ttlSeconds: change.ttlSeconds ?? DEFAULTS.ttlSeconds,
      graceSeconds: change.graceSeconds ?? DEFAULTS.graceSeconds,
      failureThreshold: change.failureThreshold ?? DEFAULTS.failureThreshold,
      successThreshold: change.successThreshold ?? DEFAULTS.successThreshold,
      expectedInstances: change.expectedInstances ?? DEFAULTS.expectedInstances,
    })),
  ],
  gaps: outages.map(({ fromUs, toUs }) => ({ fromUs, toUs })),
});

/** The same for an observer who is never blind. */
export const withoutGaps = (rules: Rules): Rules => ({ ...rules, gaps: [] });
