import type { Micros } from '../../../events/health-event.js';
import type { Outage } from '../world/outages.js';
import { SECOND } from '../world/time.js';

/** What holds for a service from a moment on. */
export interface SettingsFrom {
  readonly fromUs: Micros;
  readonly ttlSeconds: number;
  readonly graceSeconds: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
  /** 0: nobody is. */
  readonly expectedInstances: number;
}

/** What the truth about one service follows from, besides what was heard. */
export interface Rules {
  /** In order of time; the first holds since before the world began. */
  readonly settings: readonly SettingsFrom[];
  /** In order of time; they do not overlap. */
  readonly gaps: readonly Pick<Outage, 'fromUs' | 'toUs'>[];
}

export const settingsAt = ({ settings }: Rules, atUs: Micros): SettingsFrom => {
  const found = settings.findLast(({ fromUs }) => fromUs <= atUs) ?? settings[0];
  if (found === undefined) throw new Error('a service has settings at any time');
  return found;
};

/**
 * When one heard at `heardUs` is due: the first moment at which so much time has gone by as is promised
 * at that very moment. A gap that meets the wait begins it anew. Infinity: never.
 */
export function dueUs(rules: Rules, heardUs: Micros, ttlSeconds: number | null): Micros {
  let sinceUs = heardUs;
  for (;;) {
    const dueUs = dueWithoutGaps(rules, sinceUs, ttlSeconds);
    const from = sinceUs;
    const gap = rules.gaps.find((one) => one.toUs > from && one.fromUs < dueUs);
    if (gap === undefined) return dueUs;
    sinceUs = gap.toUs;
  }
}

function dueWithoutGaps({ settings }: Rules, sinceUs: Micros, ttlSeconds: number | null): Micros {
  for (const [nth, inForce] of settings.entries()) {
    const endUs = settings[nth + 1]?.fromUs ?? Infinity;
    const ttl = ttlSeconds ?? inForce.ttlSeconds;
    if (ttl === 0) continue;
    const dueUs = Math.max(sinceUs + (ttl + inForce.graceSeconds) * SECOND, inForce.fromUs);
    if (dueUs < endUs) return dueUs;
  }
  return Infinity;
}
