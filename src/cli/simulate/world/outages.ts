import type { Micros } from '../../../events/health-event.js';
import { Random } from '../../random.js';
import { MINUTE, SECOND } from './time.js';

/**
 * What becomes of what is published during an outage of the monitor: nobody hears it; the journal
 * keeps it, and it is committed afterwards; or it waits with Redis, and is received afterwards.
 */
export type Fate = 'lost' | 'journaled' | 'delayed';

export type OutageCause =
  | 'redis_unreachable'
  | 'database_down'
  | 'process_asleep'
  | 'subscriber_kicked'
  | 'consumer_paused'
  | 'not_running';

interface OutageKind {
  readonly cause: OutageCause;
  readonly fate: Fate;
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

/** The six ways in which the monitor goes blind, with the shortest and the longest time. */
const KINDS: readonly OutageKind[] = [
  { cause: 'redis_unreachable', fate: 'lost', fromUs: MINUTE, toUs: 15 * MINUTE },
  { cause: 'database_down', fate: 'journaled', fromUs: MINUTE, toUs: 15 * MINUTE },
  { cause: 'process_asleep', fate: 'delayed', fromUs: 30 * SECOND, toUs: 5 * MINUTE },
  { cause: 'subscriber_kicked', fate: 'lost', fromUs: 2 * SECOND, toUs: 30 * SECOND },
  { cause: 'consumer_paused', fate: 'journaled', fromUs: MINUTE, toUs: 20 * MINUTE },
  { cause: 'not_running', fate: 'lost', fromUs: MINUTE, toUs: 20 * MINUTE },
];
/** The newest synthetic heartbeat before an outage was published so much earlier at the most. */
export const SELF_HEARTBEAT: Micros = SECOND;

/** Time in which the monitor itself did not work: half-open, its ends on the beat of the heartbeat. */
export interface Outage {
  readonly cause: OutageCause;
  readonly fate: Fate;
  /** Publication of the last synthetic heartbeat that came through before. */
  readonly fromUs: Micros;
  /** Publication of the first one after. */
  readonly toUs: Micros;
  /** When it began in truth. */
  readonly beganUs: Micros;
}

/** Each kind once, one in each sixth of the time, in an order that the seed decides. */
export function outagesOf(seed: number, beginUs: Micros, endUs: Micros): Outage[] {
  const random = new Random(seed, 'outages');
  const share = (endUs - beginUs) / KINDS.length;
  return shuffled(KINDS, random).map(({ cause, fate, fromUs, toUs }, nth) => {
    const longestUs = Math.min(toUs, share / 3);
    const lastsUs = onBeat(random.between(Math.min(fromUs, longestUs), longestUs));
    const startUs = beginUs + onBeat((nth + random.between(0.2, 0.6)) * share);
    return {
      cause,
      fate,
      fromUs: startUs,
      toUs: startUs + lastsUs,
      beganUs: startUs + Math.floor(random.between(0, SELF_HEARTBEAT)),
    };
  });
}

const onBeat = (timeUs: Micros): Micros =>
  Math.max(1, Math.round(timeUs / SELF_HEARTBEAT)) * SELF_HEARTBEAT;

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const rest = [...items];
  return items.map(() => {
    const [taken] = rest.splice(random.whole(0, rest.length - 1), 1);
    return taken as Item; // as many are taken as there are
  });
}
