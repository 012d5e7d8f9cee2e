import type { Environment } from '../../config/environment.js';
import { pause } from '../../runtime/backoff.js';
import { wordOf } from './report.js';
import { type Course, percent, type Round, runRound } from './round.js';

/** Repeats the success criteria; ends when the time is over or the signal says so. */
export async function watch(
  environment: Environment,
  { forMs, everyMs }: { readonly forMs: number; readonly everyMs: number },
  signal: AbortSignal,
  tell: (round: Round) => void,
): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  const course: Course = { errors: null, sinceMs: null };
  const startedMs = performance.now();
  const elapsedMs = (): number => performance.now() - startedMs;
  for (let number = 1; ; number += 1) {
    const beginMs = elapsedMs();
    const round = await runRound(environment, course, number, signal);
    if (signal.aborted && !round.isPassed) break; // interrupted in the middle: it says nothing
    rounds.push(round);
    tell(round);
    const waitMs = Math.max(0, everyMs - (elapsedMs() - beginMs));
    if (elapsedMs() + waitMs >= forMs || !(await pause(waitMs, signal))) break;
  }
  return rounds;
}

/** One line for people, and one below for each problem. */
export function linesOfRound(round: Round): string {
  const line = `${wordOf(round.isPassed)}  round ${String(round.number)}  ${round.at}  ${figuresOf(round)}, ${(round.ms / 1_000).toFixed(1)} s`;
  return [line, ...round.problems.map((problem) => `        ${problem}`)].join('\n');
}

/** The last line. */
export function summaryOf(rounds: readonly Round[], ms: number): string {
  const failed = rounds.filter(({ isPassed }) => !isPassed).length;
  const isPassed = rounds.length > 0 && failed === 0;
  const counts = `${String(rounds.length - failed)} of ${String(rounds.length)} rounds passed in ${(ms / 1_000).toFixed(0)} s`;
  const worst = worstOf(rounds);
  return `${wordOf(isPassed)}: ${counts}${worst === null ? '' : `; worst: ${figuresOf(worst)}`}`;
}

export const documentOfRound = (round: Round): unknown => ({
  round: round.number,
  at: round.at,
  passed: round.isPassed,
  duration_ms: Math.round(round.ms),
  ...fieldsOf(round),
  problems: round.problems,
});

export function documentOfSummary(rounds: readonly Round[], ms: number): unknown {
  const failed = rounds.filter(({ isPassed }) => !isPassed).length;
  const worst = worstOf(rounds);
  return {
    passed: rounds.length > 0 && failed === 0,
    rounds: rounds.length,
    failed_rounds: failed,
    duration_ms: Math.round(ms),
    worst: worst === null ? null : fieldsOf(worst),
  };
}

type FigureNames =
  'integration' | 'errorRate' | 'losses' | 'poolUtilization' | 'services' | 'memoryBytes';
type RoundFigures = Pick<Round, FigureNames>;

function figuresOf(round: RoundFigures): string {
  const { integration, errorRate, losses, poolUtilization, services, memoryBytes } = round;
  const known = (value: number | null, text: (value: number) => string): string =>
    value === null ? '?' : text(value);
  return [
    `integration ${String(integration)}/5`,
    `errors ${known(errorRate, percent)}`,
    `losses ${known(losses, String)}`,
    `pool ${known(poolUtilization, percent)}`,
    `services ${known(services, String)}`,
    ...(memoryBytes === null ? [] : [`memory ${(memoryBytes / 2 ** 20).toFixed(0)} MiB`]),
  ].join(', ');
}

const fieldsOf = (round: RoundFigures): Readonly<Record<string, number | null>> => ({
  integration_passed: round.integration,
  error_rate: round.errorRate,
  losses: round.losses,
  pool_utilization: round.poolUtilization,
  services: round.services,
  memory_bytes: round.memoryBytes,
});

/** Of each figure the worst over all rounds, losses together; null where there was no round. */
function worstOf(rounds: readonly Round[]): RoundFigures | null {
  if (rounds.length === 0) return null;
  const known = (name: FigureNames): number[] =>
    rounds.flatMap((round) => (round[name] === null ? [] : [round[name]]));
  const most = (name: FigureNames): number | null => {
    const values = known(name);
    return values.length === 0 ? null : Math.max(...values);
  };
  const fewest = (name: FigureNames): number | null => {
    const values = known(name);
    return values.length === 0 ? null : Math.min(...values);
  };
  return {
    integration: fewest('integration') ?? 0,
    errorRate: most('errorRate'),
    losses: known('losses').reduce((sum, value) => sum + value, 0),
    poolUtilization: most('poolUtilization'),
    services: fewest('services'),
    memoryBytes: most('memoryBytes'),
  };
}
