import type { Environment } from '../../config/environment.js';
import { withoutPasswords } from '../../observability/log.js';
import { Checklist, reasonOf } from './checklist.js';
import {
  ErrorRate,
  losses,
  MAX_ERROR_RATE,
  MAX_POOL_UTILIZATION,
  PoolSamples,
  processFigures,
  visibleServices,
} from './criteria.js';
import { Deployment } from './deployment.js';
import { checkRest, runIntegration } from './run.js';

/** The success criteria, as one round found them; null: could not be measured. */
export interface Round {
  readonly number: number;
  readonly at: string;
  readonly isPassed: boolean;
  readonly ms: number;
  /** Of five. */
  readonly integration: number;
  readonly errorRate: number | null;
  readonly losses: number | null;
  readonly poolUtilization: number | null;
  readonly services: number | null;
  readonly memoryBytes: number | null;
  /** Why it failed, a sentence each. */
  readonly problems: readonly string[];
}

/** What one round leaves to the next. */
export interface Course {
  errors: ErrorRate | null;
  /** Begin of the round before, by Redis's clock. */
  sinceMs: number | null;
}

export async function runRound(
  environment: Environment,
  course: Course,
  number: number,
  signal: AbortSignal,
): Promise<Round> {
  const at = new Date().toISOString();
  const startedMs = performance.now();
  const deployment = new Deployment(environment);
  const list = new Checklist(signal, () => undefined);
  const problems: string[] = [];
  const measured = async <T>(work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      problems.push(withoutPasswords(reasonOf(error)));
      return null;
    }
  };
  const samples = new PoolSamples(deployment);
  try {
    await runIntegration(deployment, list, signal);
    const found = await figures(deployment, course, list, signal, measured);
    await checkRest(deployment, list);
    const poolUtilization = await samples.mean();
    problems.unshift(
      ...list.lines
        .filter(({ isPassed, isTried }) => !isPassed && isTried)
        .map(({ name, text }) => `${name}: ${text}`),
      ...excesses(found, poolUtilization),
    );
    const integration = list.lines.filter(
      ({ group, isPassed }) => group === 'end-to-end' && isPassed,
    ).length;
    const ms = performance.now() - startedMs;
    const isPassed = problems.length === 0 && list.lines.every((line) => line.isPassed);
    const { lost, ...rest } = found;
    return {
      ...{ number, at, isPassed, ms, integration, poolUtilization },
      ...{ losses: lost?.length ?? null, ...rest, problems },
    };
  } finally {
    await samples.mean();
    await deployment.close();
  }
}

interface Figures {
  readonly errorRate: number | null;
  readonly lost: readonly string[] | null;
  readonly services: number | null;
  readonly memoryBytes: number | null;
  readonly imbalance: number;
}

async function figures(
  deployment: Deployment,
  course: Course,
  list: Checklist,
  signal: AbortSignal,
  measured: <T>(work: () => Promise<T>) => Promise<T | null>,
): Promise<Figures> {
  const process = await measured(() => processFigures(deployment));
  const services = list.hasPassed('running')
    ? await measured(() => visibleServices(deployment, signal))
    : null;
  const isFound = list.hasPassed('journal');
  const errorRate = isFound ? await measured(() => errors(deployment, course)) : null;
  const lost = isFound ? await measured(() => lostSince(deployment, course)) : null;
  return {
    ...{ errorRate, lost, services },
    ...{ memoryBytes: process?.memoryBytes ?? null, imbalance: process?.imbalance ?? 0 },
  };
}

async function errors(deployment: Deployment, course: Course): Promise<number> {
  if (course.errors === null) {
    course.errors = await ErrorRate.since(deployment, await deployment.journal.nowMs());
    return 0;
  }
  course.errors.leaveOut(deployment);
  return await course.errors.value(deployment);
}

async function lostSince(deployment: Deployment, course: Course): Promise<readonly string[]> {
  const nowMs = await deployment.journal.nowMs();
  const found = await losses(deployment, course.sinceMs ?? nowMs);
  course.sinceMs = nowMs;
  return found;
}

function excesses(found: Figures, poolUtilization: number | null): readonly string[] {
  const { errorRate, lost, imbalance } = found;
  const problems = [...(lost ?? [])];
  if (errorRate !== null && errorRate >= MAX_ERROR_RATE) {
    problems.push(`${percent(errorRate)} of events became dead letters; see GET /dead-letters`);
  }
  if (imbalance > 0) {
    problems.push(`the accounts of the instance do not balance, by ${String(imbalance)} events`);
  }
  if (poolUtilization !== null && poolUtilization >= MAX_POOL_UTILIZATION) {
    problems.push(`the pool is used to ${percent(poolUtilization)}; raise DATABASE_POOL_SIZE`);
  }
  return problems;
}

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
