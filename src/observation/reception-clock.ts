import { Injectable } from '@nestjs/common';
import type { Micros } from '../events/health-event.js';

/**
 * Redis's clock, in which receptions are measured, also while Redis does not answer: what it said
 * last and the time that has passed here since.
 */
@Injectable()
export class ReceptionClock {
  private known: { readonly us: Micros; readonly atMs: number } | null = null;

  /** Redis has just said this. */
  observe(us: Micros): void {
    this.known = { us, atMs: performance.now() };
  }

  /** At a moment of `performance.now()`, by default now; null before Redis has said anything. */
  at(ms = performance.now()): Micros | null {
    if (this.known === null) return null;
    return Math.round(this.known.us + (ms - this.known.atMs) * 1_000);
  }
}
