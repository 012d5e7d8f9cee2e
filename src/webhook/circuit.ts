import { retryDelayMs } from './retrying.js';

/** Requests at once; also the failures in a row that say it is the receiver's fault. */
export const PARALLEL_REQUESTS = 8;
/** Between two tries of a receiver that does not answer. */
const MAX_PROBE_MS = 5_000;

/**
 * How many requests may begin now.
 *
 *   closed ──8 failures in a row──▶ open ──a success──▶ closed
 *
 * Closed: up to eight at once. Open: the receiver fails whatever it is sent, so one request at a time
 * tries it, every few seconds, instead of all changes that wait: a dead receiver costs this process
 * and the database next to nothing ("circuit breaker", M. Nygard, Release It!).
 */
export class Circuit {
  private failuresInARow = 0;
  private probeAtMs = 0;

  constructor(private readonly random: () => number = Math.random) {}

  get isOpen(): boolean {
    return this.failuresInARow >= PARALLEL_REQUESTS;
  }

  /** @param nowMs by a clock that does not jump. */
  mayBegin(inFlight: number, nowMs: number): number {
    if (!this.isOpen) return Math.max(0, PARALLEL_REQUESTS - inFlight);
    return inFlight === 0 && nowMs >= this.probeAtMs ? 1 : 0;
  }

  succeeded(): void {
    this.failuresInARow = 0;
  }

  /** True for the failure that opens it. */
  failed(nowMs: number): boolean {
    this.failuresInARow += 1;
    const probes = this.failuresInARow - PARALLEL_REQUESTS + 1;
    this.probeAtMs = nowMs + Math.min(MAX_PROBE_MS, retryDelayMs(probes, this.random));
    return this.failuresInARow === PARALLEL_REQUESTS;
  }
}
