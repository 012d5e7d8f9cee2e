import type { Micros } from '../events/health-event.js';

/** What an operator may set for a service; null stands for the default. */
export interface ServiceSettings {
  /** Consecutive worse events until the status follows them. */
  readonly failureThreshold: number | null;
  /** Consecutive better events until the status follows them. */
  readonly successThreshold: number | null;
  /** For events that promise nothing themselves; 0 = no deadline. */
  readonly ttlSeconds: number | null;
  readonly graceSeconds: number | null;
  /** Fewer live instances than these degrade the service. */
  readonly expectedInstances: number | null;
}

export const DEFAULT_SETTINGS: ServiceSettings = {
  failureThreshold: null,
  successThreshold: null,
  ttlSeconds: null,
  graceSeconds: null,
  expectedInstances: null,
};

export interface SettingsChange {
  readonly changedAtUs: Micros;
  readonly settings: ServiceSettings;
}

/** The settings of one service over time. */
export class SettingsHistory {
  static readonly none = new SettingsHistory([]);

  /** `changes`: in order of time. */
  constructor(readonly changes: readonly SettingsChange[]) {}

  /** In force at a moment; a change counts from its own microsecond on. */
  at(atUs: Micros): ServiceSettings {
    return (
      this.changes.findLast(({ changedAtUs }) => changedAtUs <= atUs)?.settings ?? DEFAULT_SETTINGS
    );
  }

  get newest(): ServiceSettings {
    return this.changes.at(-1)?.settings ?? DEFAULT_SETTINGS;
  }
}
