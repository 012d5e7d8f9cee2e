import type { Condition, Service } from './catalogue.js';
import type { Random } from '../random.js';

/** A day of the demo, so that its wave can be seen. */
export const DAY_MS = 10 * 60_000;
/** How far the busiest hour lies above the usual one, and the quietest below. */
const WAVE = 0.45;

/** A drift forgets where it was after about this time. */
const DRIFT_MEMORY_MS = 40_000;

/** How much slower an instance answers for what it is in. */
const STRAIN: Readonly<Record<Condition, number>> = {
  healthy: 1,
  degraded: 3.5,
  unhealthy: 11,
  starting: 1.8,
  stopping: 1.1,
};

/** Of failed requests, from 0 to 1. */
const ERROR_RATE: Readonly<Record<Condition, number>> = {
  healthy: 0.001,
  degraded: 0.04,
  unhealthy: 0.6,
  starting: 0,
  stopping: 0.001,
};

/** How busy it is, 1 on average: a sine over {@link DAY_MS}. */
export const dayWave = (atMs: number): number => 1 + WAVE * Math.sin((2 * Math.PI * atMs) / DAY_MS);

/**
 * A factor around 1 that wanders and comes back: e to the power of an Ornstein–Uhlenbeck process
 * (Uhlenbeck and Ornstein, 1930), which can be asked at any times, in their order.
 */
export class Drift {
  private lastMs = 0;
  private value: number;

  constructor(
    private readonly random: Random,
    /** Standard deviation of the logarithm. */
    private readonly deviation: number,
  ) {
    this.value = deviation * random.normal();
  }

  at(atMs: number): number {
    const kept = Math.exp((this.lastMs - atMs) / DRIFT_MEMORY_MS);
    const step = this.deviation * Math.sqrt(1 - kept * kept) * this.random.normal();
    this.value = this.value * kept + step;
    this.lastMs = atMs;
    return Math.exp(this.value);
  }
}

/** What an instance measures of itself. */
export interface Reading {
  readonly responseTimeMs: number;
  readonly requestsPerSecond: number;
  /** From 0 to 1. */
  readonly errorRate: number;
  readonly cpuPercent: number;
  readonly memoryMegabytes: number;
}

/** The drifts that bear on one instance: its service's, which its siblings share, and its own. */
export interface Drifts {
  readonly ofService: Drift;
  readonly ofInstance: Drift;
}

export function readingOf(
  service: Service,
  condition: Condition,
  { ofService, ofInstance }: Drifts,
  atMs: number,
): Reading {
  const drift = ofService.at(atMs) * ofInstance.at(atMs);
  const busy = dayWave(atMs);
  const strain = STRAIN[condition];
  const isServing = condition === 'starting' || condition === 'stopping' ? 0 : 1;
  return {
    responseTimeMs: rounded(service.latencyMs * (0.5 + 0.5 * busy) * drift * strain, 2),
    requestsPerSecond: rounded(service.requestsPerSecond * busy * isServing, 1),
    errorRate: rounded(Math.min(1, ERROR_RATE[condition] * drift), 4),
    cpuPercent: rounded(Math.min(100, 28 * busy * drift * Math.sqrt(strain)), 1),
    memoryMegabytes: rounded(256 + 90 * drift * Math.sqrt(strain), 0),
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
