import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Micros } from '../events/health-event.js';
import { PROOF_PERIODS } from '../observation/proof.js';
import type { GapCause } from '../observation/gap-cause.js';
import type { SyntheticHeartbeat, UnsentHeartbeat } from '../observation/synthetic-message.js';

/** A heartbeat that is about to be published. */
export interface NextHeartbeat extends UnsentHeartbeat {
  /** Null: since the moment at which it is published. */
  readonly sinceUs: Micros | null;
}

/**
 * Since when this instance has heard and kept everything that was published.
 *
 *   broken ──a heartbeat is published, or a new subscription stands──▶ unbroken since then
 *      ▲──────────────connection lost, events shed──────────────────────┘
 *
 * Heartbeats published before a break and received after it prove nothing: what the break lost may have
 * been published before them.
 */
@Injectable()
export class Hearing {
  private readonly bootId = randomBytes(16).toString('hex');
  private readonly proofUs: number;
  private sequence = 0;
  /** Heartbeats up to here were published before the last break. */
  private voidThrough = 0;
  private sinceUs: Micros | null = null;
  private cause: GapCause = 'not_running';
  private lostCount: number | null = null;
  /** A heartbeat since the last break has been received that tells of it for certain. */
  private hasTold = true;

  constructor(@Inject(ENVIRONMENT) environment: Environment) {
    this.proofUs = PROOF_PERIODS * environment.HEALTH_SELF_HEARTBEAT_MS * 1_000;
  }

  /** Whatever was published and not received by now does not prove anything. */
  interrupt(): void {
    this.voidThrough = this.sequence;
    this.sinceUs = null;
  }

  /** Something is lost; `lostCount` null: nobody knows how much. Breaks that nobody was told of add up. */
  break(cause: GapCause, lostCount: number | null): void {
    this.interrupt();
    this.cause = cause;
    const untold = this.hasTold ? 0 : this.lostCount;
    this.lostCount = untold === null || lostCount === null ? null : untold + lostCount;
    this.hasTold = false;
  }

  /** A new subscription stands since a moment; what was lost before it is not known. */
  resume(sinceUs: Micros, cause: GapCause): void {
    this.break(cause, null);
    this.sinceUs = sinceUs;
  }

  next(): NextHeartbeat {
    this.sequence += 1;
    const { bootId, sequence, cause, lostCount, sinceUs } = this;
    return { bootId, sequence, cause, lostCount, sinceUs };
  }

  published({ sequence }: NextHeartbeat, publishedUs: Micros): void {
    if (sequence > this.voidThrough) this.sinceUs ??= publishedUs;
  }

  /** Whether a heartbeat that was received is this instance's own, and proves something. */
  accepts({ bootId, sequence, publishedUs, sinceUs }: SyntheticHeartbeat): boolean {
    if (bootId !== this.bootId || sequence <= this.voidThrough) return false;
    if (publishedUs - sinceUs >= this.proofUs) this.hasTold = true;
    return true;
  }
}
