import type { Random } from '../random.js';

/** What can go wrong inside one instance: how it announces itself, and what it comes to. */
export interface Trouble {
  /** The check that fails. */
  readonly check: string;
  readonly warning: string;
  readonly failure: string;
  readonly recovery: string;
}

const count = (value: number): string => value.toLocaleString('en-US');

const TROUBLES: readonly ((random: Random) => Trouble)[] = [
  (random) => ({
    check: 'connection_pool',
    warning: `${count(random.whole(44, 49))} of 50 database connections in use`,
    failure: `connection pool exhausted, ${count(random.whole(60, 400))} requests waiting`,
    recovery: 'connection pool recovering',
  }),
  (random) => ({
    check: 'memory',
    warning: `heap ${count(random.whole(88, 94))} % full after collection`,
    failure: 'out of memory: refuses requests',
    recovery: 'heap cleared, caches are filling again',
  }),
  (random) => ({
    check: 'queue',
    warning: `consumer ${count(random.whole(4_000, 20_000))} messages behind`,
    failure: `consumer stalled, ${count(random.whole(40_000, 90_000))} messages behind`,
    recovery: 'consumer catches up',
  }),
  (random) => ({
    check: 'disk',
    warning: `/var/lib ${count(random.whole(91, 96))} % full`,
    failure: 'no space left on device: /var/lib',
    recovery: 'old files deleted, writes resume',
  }),
  (random) => ({
    check: 'cpu',
    warning: `throttled ${count(random.whole(25, 45))} % of the time`,
    failure: `no answer to its own probe for ${count(random.whole(6, 12))} s`,
    recovery: 'works off its backlog',
  }),
  (random) => ({
    check: 'upstream',
    warning: `1 in ${count(random.whole(8, 20))} upstream calls times out`,
    failure: 'circuit breaker open: upstream times out',
    recovery: 'circuit breaker half open',
  }),
  (random) => ({
    check: 'threads',
    warning: `${count(random.whole(180, 198))} of 200 worker threads busy`,
    failure: 'all worker threads blocked',
    recovery: 'worker threads are freed',
  }),
];

export const someTrouble = (random: Random): Trouble => random.pick(TROUBLES)(random);
