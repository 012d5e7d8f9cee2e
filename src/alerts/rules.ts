import type { AlertName, Severity } from './alert.js';
import { type Figures, RATE_MINUTES } from './figures.js';
import {
  consumerDown,
  deadLetters,
  type Finding,
  highErrorRate,
  journalLag,
  journalNotDurable,
  MIN_EVENTS,
  observationGap,
  poolExhaustion,
  seconds,
  selfPreservation,
} from './findings.js';
import type { Verdict } from './hysteresis.js';

/** What of the configuration the rules go by. */
export interface Limits {
  /**
   * HEALTH_ALERT_HOLD_SECONDS: the time that a trouble which ends by itself may take, and for which it has
   * to be over before an alert clears. Instances notice a change within 3 s of each other; so those that
   * fire do it together.
   */
  readonly holdSeconds: number;
  readonly gapAfterSeconds: number;
}

/** A rule; what its value means is in its own unit. */
export interface Rule {
  readonly name: AlertName;
  readonly severity: Severity;
  /** Fires from this value on, shown as the threshold. */
  readonly firesFrom: number;
  /** Clears below this value; between the two nothing changes. */
  readonly clearsBelow: number;
  /** How long the value has to say so before it fires; 0 where the value is itself of a longer time. */
  readonly fireHoldSeconds: number;
  /** The same in words, as docs/alerts.md has them. */
  readonly fires: string;
  readonly clears: string;
  readonly whatToDo: string;
  judge(figures: Figures): Finding;
}

/** Dead letters, as a share of the events processed: beyond it a publisher or a release is broken, not one event. */
const ERROR_RATE = 0.05;
const ERROR_RATE_CLEARED = 0.025;
/** Of the connections; one that is being made counts as checked out. */
const POOL_UTILIZATION = 0.9;
/** In hold times: how long a new dead letter is news. */
const LETTER_HOLDS = 10;

/** For how long a letter counts, in seconds. */
export const letterSeconds = ({ holdSeconds }: Limits): number => LETTER_HOLDS * holdSeconds;

/** What a finding says of its rule. */
export function verdictOf({ firesFrom, clearsBelow }: Rule, finding: Finding): Verdict {
  const { value, isExcused = false } = finding;
  if (isExcused) return 'under';
  if (value === null) return 'unknown';
  if (value >= firesFrom) return 'over';
  return value < clearsBelow ? 'under' : 'between';
}

/** One per alert, in their order. Pure. */
export function alertRules(limits: Limits): readonly Rule[] {
  const { holdSeconds, gapAfterSeconds } = limits;
  const held = { fireHoldSeconds: holdSeconds };
  const atOnce = { fireHoldSeconds: 0 };
  return [
    {
      name: 'consumer_down',
      severity: 'critical',
      ...{ firesFrom: gapAfterSeconds, clearsBelow: gapAfterSeconds },
      ...held, // a restart of all instances takes no longer
      fires: `no instance consumes for ${seconds(gapAfterSeconds)}, unless an operator paused it`,
      clears: 'one does',
      whatToDo:
        'Look at `GET /health/ready` of each instance: it says why the consumer stores nothing. ' +
        'Start an instance with HEALTH_CONSUMER_ENABLED=true where none runs. Events wait in the journal.',
      judge: consumerDown,
    },
    {
      name: 'high_error_rate',
      severity: 'warning',
      ...{ firesFrom: ERROR_RATE, clearsBelow: ERROR_RATE_CLEARED },
      ...atOnce, // a share of minutes
      fires: `of the events of ${RATE_MINUTES} minutes, ${MIN_EVENTS} at least, ${percent(ERROR_RATE)} are dead letters`,
      clears: `fewer than ${percent(ERROR_RATE_CLEARED)} are`,
      whatToDo:
        'See in `GET /dead-letters` which reason most have, and mend the publisher that sends them; ' +
        'then replay them.',
      judge: highErrorRate,
    },
    {
      name: 'pool_exhaustion',
      severity: 'critical',
      ...{ firesFrom: POOL_UTILIZATION, clearsBelow: POOL_UTILIZATION },
      ...held, // a burst of reads waits, too, and is over soon
      fires: `${percent(POOL_UTILIZATION)} of the connections of this instance are in use, and somebody waits for one`,
      clears: 'nobody waits',
      whatToDo:
        'Look in pg_stat_activity for what the connections wait for: a lock or a slow query is to be ended. ' +
        'If it is load, start more instances or raise DATABASE_POOL_SIZE, within max_connections.',
      judge: poolExhaustion,
    },
    {
      name: 'journal_lag',
      severity: 'warning',
      ...{ firesFrom: holdSeconds, clearsBelow: holdSeconds / 2 },
      ...atOnce, // the age is itself a time
      fires: `the oldest entry that nobody acknowledged waits for ${seconds(holdSeconds)}`,
      clears: `none waits for ${seconds(holdSeconds / 2)}`,
      whatToDo:
        'Look whether the consumer is paused, and at `rate_per_second` of `GET /consumer/stats`: resume it, ' +
        'free the database of what slows it, or start more instances. The journal is bounded by HEALTH_JOURNAL_MAX_BYTES.',
      judge: journalLag,
    },
    {
      name: 'observation_gap',
      severity: 'critical',
      ...{ firesFrom: gapAfterSeconds, clearsBelow: gapAfterSeconds },
      ...held, // a gap that a restart leaves is recorded, and is over
      fires: `a gap is open: no synthetic heartbeat came through for ${seconds(gapAfterSeconds)}`,
      clears: 'one comes through',
      whatToDo:
        'The cause of the open gap in `GET /gaps` says which way is blocked: docs/gaps.md. ' +
        'Nobody turns stale meanwhile.',
      judge: observationGap,
    },
    {
      name: 'self_preservation',
      severity: 'critical',
      ...{ firesFrom: 1, clearsBelow: 1 },
      ...atOnce, // it is a judgement over a TTL already
      fires: 'a stale transition is held back',
      clears: 'none is',
      whatToDo:
        'Find out what these services have in common: a network, a host, their Redis. If they are really ' +
        'gone, let them turn stale: `POST /self-preservation/release`.',
      judge: selfPreservation,
    },
    {
      name: 'dead_letters',
      severity: 'warning',
      ...{ firesFrom: 1, clearsBelow: 1 },
      ...held, // that of `npm run verify` is removed within seconds
      fires: `a dead letter of the last ${seconds(letterSeconds(limits))} was not replayed`,
      clears: 'none is so new, or all were',
      whatToDo:
        'Read reason and detail in `GET /dead-letters`, mend the cause (docs/dead-letters.md), then replay them.',
      judge: deadLetters,
    },
    {
      name: 'journal_not_durable',
      severity: 'warning',
      ...{ firesFrom: 1, clearsBelow: 1 },
      ...held, // a configuration is changed in several steps
      fires: 'Redis may lose what it acknowledged, for one reason at least',
      clears: 'it may not',
      whatToDo:
        'Configure Redis with `appendonly yes`, `appendfsync always` and `maxmemory-policy noeviction`, ' +
        'and give its append-only file room on the disk.',
      judge: journalNotDurable,
    },
  ];
}

const percent = (share: number): string => `${String(share * 100)} %`;
