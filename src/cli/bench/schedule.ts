import { isTakenOnce, type Measurement, type Size } from './measurement.js';

/** One taking of one measurement. */
export interface Turn {
  readonly measurement: Measurement;
  /** From 1. */
  readonly round: number;
}

/**
 * What comes when: rounds, so that what disturbs the machine for a while disturbs all measurements; the
 * ones that are taken once come at the end of the first.
 */
export function schedule(
  measurements: readonly Measurement[],
  size: Size,
  rounds: number,
  isEachRound: boolean,
): Turn[] {
  return Array.from({ length: rounds }, (_, index) => index + 1).flatMap((round) =>
    measurements
      .filter(({ frequency }) => isEachRound || round === 1 || !isTakenOnce(frequency[size]))
      .map((measurement) => ({ measurement, round })),
  );
}

/** Tells how long the rest of a run takes: as long as each measurement took before, or as it says. */
export class Remaining {
  private readonly tookSeconds = new Map<string, number>();

  constructor(
    private readonly turns: readonly Turn[],
    private readonly size: Size,
  ) {}

  took(measurement: Measurement, seconds: number): void {
    this.tookSeconds.set(measurement.name, seconds);
  }

  /** After the first `done` turns. */
  seconds(done: number): number {
    return this.turns
      .slice(done)
      .reduce(
        (sum, { measurement: { name, seconds } }) =>
          sum + (this.tookSeconds.get(name) ?? seconds[this.size]),
        0,
      );
  }
}

/** `40 s`, `12 min`, `2 h 05 min`. */
export function durationText(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
