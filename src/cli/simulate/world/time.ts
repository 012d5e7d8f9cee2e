import type { Micros } from '../../../events/health-event.js';

export const MILLISECOND: Micros = 1_000;
export const SECOND: Micros = 1_000 * MILLISECOND;
export const MINUTE: Micros = 60 * SECOND;
export const HOUR: Micros = 60 * MINUTE;

/** When every simulation begins: long ago by any clock, and none is looked at. */
export const BEGIN: Micros = Date.UTC(2025, 0, 6) * MILLISECOND;
