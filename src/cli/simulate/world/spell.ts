import type { Micros } from '../../../events/health-event.js';

/** How an instance is doing, as it knows itself. */
export type Condition = 'healthy' | 'degraded' | 'unhealthy' | 'starting';

/** From a moment on an instance is in a condition. */
export interface Turn {
  readonly atUs: Micros;
  readonly condition: Condition;
}

/**
 * How a spell ends: with a leave word; without one because the process died, is back at once under its
 * name, or was replaced by another instance; or not before the world does.
 */
export type Ending = 'leaves' | 'dies' | 'restarts' | 'is_replaced' | 'goes_on';

/** One run of one process, as a perfect observer knows it. */
export interface Spell {
  readonly serviceName: string;
  readonly instanceId: string;
  /** The first report is sent at `fromUs`; from `toUs` on the process is gone. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly ending: Ending;
  /** In order of time; the first is at `fromUs`. */
  readonly turns: readonly Turn[];
}
