import type { Outcome } from './simulation.js';
import type { Check } from './verdict/check.js';
import type { WorldOptions } from './world/world.js';

/** Faults of one check that are told one by one. */
const TOLD_FAULTS = 10;

export interface Report {
  readonly takenAt: string;
  readonly world: WorldOptions;
  readonly simulations: readonly Outcome[];
  /** Over all simulations. */
  readonly comparison: Check | null;
  readonly isMet: boolean;
}

export function reportOf(
  world: WorldOptions,
  simulations: readonly Outcome[],
  comparison: Check | null,
): Report {
  const checks = simulations.flatMap((outcome) => outcome.checks);
  const isMet = [...checks, ...(comparison === null ? [] : [comparison])].every((one) => one.isMet);
  return { takenAt: new Date().toISOString(), world, simulations, comparison, isMet };
}

/** One simulation for people. */
export function tableOf({ sweepers, events, sweeps, seconds, checks }: Outcome): string {
  const title =
    `${String(sweepers)} sweeping: ${events.toLocaleString('en')} events, ` +
    `${sweeps.toLocaleString('en')} sweeps in ${seconds.toFixed(0)} s`;
  return `${title}\n${linesOf(checks)}`;
}

/** One line for each check, and what contradicts it below. */
export function linesOf(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .flatMap(({ name, found, isMet, faults }) => [
      `  ${isMet ? 'ok    ' : 'FAILED'}  ${name.padEnd(width)}  ${found}`,
      ...faults.slice(0, TOLD_FAULTS).map((fault) => `            ${fault}`),
      ...(faults.length > TOLD_FAULTS
        ? [`            and ${String(faults.length - TOLD_FAULTS)} more`]
        : []),
    ])
    .map((line) => `${line}\n`)
    .join('');
}
