import type { Micros } from '../../../events/health-event.js';
import { Random } from '../../random.js';
import { type Calendar, type SettingsChange, settingsChanges, type Wishes } from './settings.js';
import type { Condition } from './spell.js';
import { SECOND } from './time.js';

/** A monitored service that does not exist. */
export interface SimulatedService {
  readonly name: string;
  readonly intervalUs: Micros;
  /** What its events promise; null: nothing, and the settings or the default hold. */
  readonly ttlSeconds: number | null;
  /** In order of time; none for a service that nobody sets anything for. */
  readonly settings: readonly SettingsChange[];
  /** Its word for each condition, and for good-bye. */
  readonly dialect: Readonly<Record<Condition | 'leaving', string>>;
}

export const INSTANCES_PER_SERVICE = 3;

/** What the monitor is configured with: see the environment's defaults. */
export const DEFAULT_TTL_SECONDS = 60;
export const DEFAULT_GRACE_SECONDS = 15;
export const EXPIRY_SECONDS = 300;

/** The longest a report takes its time in steady operation, as a share of the interval. */
export const JITTER = 0.05;

const DIALECTS = [
  {
    healthy: 'healthy',
    degraded: 'degraded',
    unhealthy: 'unhealthy',
    starting: 'starting',
    leaving: 'stopping',
  },
  {
    healthy: 'UP',
    degraded: 'RESTRICTED',
    unhealthy: 'DOWN',
    starting: 'UNKNOWN',
    leaving: 'STOPPED',
  },
  {
    healthy: 'ok',
    degraded: 'warn',
    unhealthy: 'critical',
    starting: 'booting',
    leaving: 'draining',
  },
  {
    healthy: 'pass',
    degraded: 'warning',
    unhealthy: 'fail',
    starting: 'starting',
    leaving: 'shutting_down',
  },
] as const;

/** Who promises, by the last digit of the service's number; the others live by the default. */
const promisesByEvent = (number: number): boolean => number % 10 < 4;
const promisesBySetting = (number: number): boolean => [4, 5].includes(number % 10);
/** Of each of these ways some have thresholds, and some have a number of instances expected. */
const hasThresholds = (number: number): boolean => number % 7 === 3;
const isExpected = (number: number): boolean => number % 6 === 5;

/** The service of a number, decided by the seed. */
export function simulatedService(
  seed: number,
  number: number,
  calendar: Calendar,
): SimulatedService {
  const name = `service-${String(number).padStart(3, '0')}`;
  const random = new Random(seed, name);
  const isByEvent = promisesByEvent(number);
  const wishes: Wishes = {
    hasTtl: promisesBySetting(number),
    hasThresholds: hasThresholds(number),
    expectedInstances: isExpected(number) ? random.whole(2, INSTANCES_PER_SERVICE) : null,
  };
  // The default TTL and grace must hold two intervals and more.
  const intervalSeconds = random.whole(15, isByEvent || wishes.hasTtl ? 60 : 30);
  const intervalUs = intervalSeconds * SECOND;
  const isSet = wishes.hasTtl || wishes.hasThresholds || wishes.expectedInstances !== null;
  return {
    name,
    intervalUs,
    ttlSeconds: isByEvent ? Math.ceil(intervalSeconds * random.between(2.5, 4)) : null,
    settings: isSet ? settingsChanges(wishes, intervalUs, calendar, random) : [],
    dialect: random.pick(DIALECTS),
  };
}

/** From one word to the deadline, where it is closest. */
export function shortestWaitUs({ ttlSeconds, settings }: SimulatedService): Micros {
  const waits = settings.map(
    (change) =>
      (ttlSeconds ?? change.ttlSeconds ?? DEFAULT_TTL_SECONDS) +
      (change.graceSeconds ?? DEFAULT_GRACE_SECONDS),
  );
  const always = (ttlSeconds ?? DEFAULT_TTL_SECONDS) + DEFAULT_GRACE_SECONDS;
  return (waits.length === 0 ? always : Math.min(...waits)) * SECOND;
}
