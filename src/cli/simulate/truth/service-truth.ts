import type { Micros } from '../../../events/health-event.js';
import type { Life } from './life.js';
import { reportedOf, type Step } from './reported.js';
import { type Rules, settingsAt } from './rules.js';
import { type Shown, shownOf } from './shown.js';
import { type Silence, silencesOf } from './silences.js';

export type ServiceStatus = Exclude<Shown, 'left'>;

/** What is true of one life of an instance. */
export interface LifeTruth {
  readonly life: Life;
  readonly silences: readonly Silence[];
  readonly shown: readonly Step<Shown>[];
}

/** What is true of one service. */
export interface ServiceTruth {
  readonly lives: readonly LifeTruth[];
  /** Its status over time; before the first step it was not known. */
  readonly steps: readonly Step<ServiceStatus>[];
}

/** `horizonUs`: up to when the truth is known. */
export function truthOf(lives: readonly Life[], rules: Rules, horizonUs: Micros): ServiceTruth {
  const truths = lives.map((life): LifeTruth => {
    const silences = silencesOf(life, rules, horizonUs);
    return { life, silences, shown: shownOf(reportedOf(life, rules), silences) };
  });
  return { lives: truths, steps: aggregated(truths, rules) };
}

interface Change {
  readonly atUs: Micros;
  /** Null: of no life, but of what is expected. */
  readonly nth: number | null;
  /** Null: taken out. */
  readonly status: Shown | null;
}

/** The status of the service after each change, where it is another than before. */
function aggregated(truths: readonly LifeTruth[], rules: Rules): Step<ServiceStatus>[] {
  const changes = truths
    .flatMap(({ shown, life }, nth): Change[] => [
      ...shown.map(({ fromUs, status }) => ({ atUs: fromUs, nth, status })),
      ...(life.removal === null ? [] : [{ atUs: life.removal.removedUs, nth, status: null }]),
    ])
    .concat(rules.settings.map(({ fromUs }) => ({ atUs: fromUs, nth: null, status: null })))
    .sort((a, b) => a.atUs - b.atUs);
  const present = new Map<number, Shown>();
  const steps: Step<ServiceStatus>[] = [];
  for (const [index, { atUs, nth, status }] of changes.entries()) {
    if (nth !== null && status !== null) present.set(nth, status);
    else if (nth !== null) present.delete(nth);
    const isKnown = steps.length > 0 || present.size > 0;
    if (changes[index + 1]?.atUs === atUs || !isKnown) continue;
    const now = worstOf([...present.values()], settingsAt(rules, atUs).expectedInstances);
    if (now !== steps.at(-1)?.status) steps.push({ fromUs: atUs, status: now });
  }
  return steps;
}

/**
 * Of the instances that have not left; one that is stale counts as degraded while another is heard, and
 * so does one that is expected and not heard.
 */
export function worstOf(instances: readonly Shown[], expectedInstances: number): ServiceStatus {
  const live = instances.filter((status) => status !== 'left');
  const heard = live.filter((status) => status !== 'stale');
  const isMissed = instances.length > 0 && heard.length < expectedInstances;
  if (live.includes('unhealthy')) return 'unhealthy';
  if (live.length > 0 && heard.length === 0) return 'stale';
  if (live.includes('stale') || live.includes('degraded') || isMissed) return 'degraded';
  if (live.length === 0) return 'unknown';
  return live.includes('unknown') ? 'unknown' : 'healthy';
}
