import { randomInt } from 'node:crypto';
import type { Fault, Selection } from './fault.js';

/** What `npm run test:faults` asks for; the defaults are those of `npm test`. */
export interface RunOptions {
  readonly selection: Selection;
  /** Numbers of faults, in place of a selection; null: not given. */
  readonly only: readonly number[] | null;
  readonly seed: number;
  /** Null: each fault once. */
  readonly minutes: number | null;
  /** Whether what can take long does, such as an outage of ten minutes. */
  readonly isLong: boolean;
  /** Folder for `table.txt` and `report.json`; null: the table goes to standard error. */
  readonly reportFolder: string | null;
}

const SELECTIONS: readonly Selection[] = ['short', 'ci', 'all'];

/** @throws Error for a value that `npm run test:faults` would have refused. */
export function runOptions(env: NodeJS.ProcessEnv): RunOptions {
  const selection = SELECTIONS.find((name) => name === (env['HEALTH_FAULTS_SELECTION'] ?? 'short'));
  if (selection === undefined) throw new Error('HEALTH_FAULTS_SELECTION: short, ci or all');
  return {
    selection,
    only: env['HEALTH_FAULTS_ONLY']?.split(',').map(Number) ?? null,
    seed: Number(env['HEALTH_FAULTS_SEED'] ?? randomInt(2 ** 31)),
    minutes:
      env['HEALTH_FAULTS_MINUTES'] === undefined ? null : Number(env['HEALTH_FAULTS_MINUTES']),
    isLong: env['HEALTH_FAULTS_LONG'] === 'yes',
    reportFolder: env['HEALTH_FAULTS_REPORT'] ?? null,
  };
}

/** Whether scenarios that come in two sizes take the larger one: in a run of everything only. */
export const isFullScale = (): boolean => runOptions(process.env).selection === 'all';

/** @throws Error where a number names no fault. */
export function selected(faults: readonly Fault[], { only, selection }: RunOptions): Fault[] {
  if (only === null) {
    return faults.filter((fault) => selection === 'all' || fault.selection === selection);
  }
  return only.map((number) => {
    const fault = faults.find((one) => one.number === number);
    if (fault === undefined) throw new Error(`no scenario has the number ${number}`);
    return fault;
  });
}
