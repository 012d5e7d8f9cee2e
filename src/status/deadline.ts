import type { Micros } from '../events/health-event.js';
import { SettingsHistory } from './settings.js';

/** What holds where neither the event nor the service's settings say otherwise. */
export interface Deadlines {
  /** For events that promise nothing themselves; 0 = none. */
  readonly defaultTtlSeconds: number;
  readonly graceSeconds: number;
}

/** What the rules of one service are. */
export interface Rules {
  readonly deadlines: Deadlines;
  readonly settings: SettingsHistory;
}

/** Time in which this monitor could not observe: from, and up to but not including, its end. */
export interface Gap {
  readonly fromUs: Micros;
  /** Null while the gap lasts. */
  readonly toUs: Micros | null;
}

const MICROS_PER_SECOND = 1_000_000;

/**
 * Until when an instance is waited for: the first moment that lies TTL + grace behind `fromUs`, both
 * as they are in force at that very moment, so that a change of settings counts for waits under way.
 *
 * `ttlSeconds`: the event's own promise; null: the service's setting, else the default. Null is
 * returned where nothing is promised.
 */
export function deadline(
  fromUs: Micros,
  ttlSeconds: number | null,
  defaults: Deadlines,
  settings: SettingsHistory = SettingsHistory.none,
): Micros | null {
  let sinceUs = fromUs;
  for (const { changedAtUs } of settings.changes) {
    if (changedAtUs <= sinceUs) continue;
    const dueUs = dueUnder(settings, sinceUs, fromUs, ttlSeconds, defaults);
    if (dueUs !== null && dueUs < changedAtUs) return dueUs;
    sinceUs = changedAtUs;
  }
  return dueUnder(settings, sinceUs, fromUs, ttlSeconds, defaults);
}

/**
 * The same where `gaps` are known, in order of their begin: one that overlaps the wait begins it anew
 * at its end. Null also while such a gap lasts.
 */
export function deadlineBeyondGaps(
  fromUs: Micros,
  ttlSeconds: number | null,
  defaults: Deadlines,
  settings: SettingsHistory,
  gaps: readonly Gap[],
): Micros | null {
  let waitsFromUs = fromUs;
  let dueUs = deadline(fromUs, ttlSeconds, defaults, settings);
  for (const gap of gaps) {
    if (dueUs === null) return null;
    if (gap.fromUs >= dueUs || (gap.toUs ?? Infinity) <= waitsFromUs) continue;
    if (gap.toUs === null) return null;
    waitsFromUs = gap.toUs;
    dueUs = deadline(waitsFromUs, ttlSeconds, defaults, settings);
  }
  return dueUs;
}

function dueUnder(
  settings: SettingsHistory,
  sinceUs: Micros,
  fromUs: Micros,
  ttlSeconds: number | null,
  defaults: Deadlines,
): Micros | null {
  const inForce = settings.at(sinceUs);
  const ttl = ttlSeconds ?? inForce.ttlSeconds ?? defaults.defaultTtlSeconds;
  if (ttl === 0) return null;
  const grace = inForce.graceSeconds ?? defaults.graceSeconds;
  return Math.max(sinceUs, fromUs + (ttl + grace) * MICROS_PER_SECOND);
}
