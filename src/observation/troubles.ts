import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { GapCause } from './gap-cause.js';

/** What can be noted; a pause of one instance is a reason only where nothing else is. */
export type Trouble = Exclude<GapCause, 'lease_handover' | 'journal_loss'> | 'instance_paused';

/** Of several troubles in one time, the first explains it: the others follow from it, or are rarer. */
const BY_WEIGHT: readonly (readonly [Trouble, GapCause])[] = [
  ['process_asleep', 'process_asleep'],
  ['consumer_paused', 'consumer_paused'],
  ['database_down', 'database_down'],
  ['journal_full', 'journal_full'],
  ['redis_unreachable', 'redis_unreachable'],
  ['subscriber_kicked', 'subscriber_kicked'],
  ['ingest_overload', 'ingest_overload'],
  ['instance_paused', 'consumer_paused'],
  ['not_running', 'not_running'],
];

/**
 * Remembers what went wrong in this process and when it was last seen, so that a gap found later has
 * its cause. Whoever meets a trouble notes it, again and again while it lasts. All times are of
 * `performance.now()`.
 */
@Injectable()
export class Troubles {
  private readonly seenAtMs = new Map<Trouble, number>();
  private awakeAtMs = performance.now();
  private readonly longestSleepMs: number;

  constructor(@Inject(ENVIRONMENT) environment: Environment) {
    this.longestSleepMs = environment.HEALTH_GAP_AFTER_MS;
    this.note('not_running'); // up to now
  }

  note(trouble: Trouble): void {
    this.seenAtMs.set(trouble, performance.now());
  }

  /** To be called often: a long time without a call was a sleep of the process. */
  stayAwake(): void {
    const nowMs = performance.now();
    if (nowMs - this.awakeAtMs > this.longestSleepMs) this.note('process_asleep');
    this.awakeAtMs = nowMs;
  }

  hasSeen(trouble: Trouble, sinceMs: number): boolean {
    this.stayAwake();
    return (this.seenAtMs.get(trouble) ?? Number.NEGATIVE_INFINITY) >= sinceMs;
  }

  /** Why nothing came through since a moment, as far as this process knows. */
  explain(sinceMs: number): GapCause {
    const found = BY_WEIGHT.find(([trouble]) => this.hasSeen(trouble, sinceMs));
    return found?.[1] ?? 'database_down'; // it takes its time, and has not failed yet
  }
}
