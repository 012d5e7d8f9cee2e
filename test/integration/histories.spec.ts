import fc from 'fast-check';
import { SNAPSHOTS } from '../../src/status/rebuild.sql.js';
import { runCommand } from '../support/command.js';
import { Scope } from '../support/scope.js';
import { StatusPath, T0, type Told } from '../support/status-path.js';

/** Random histories of one instance each; the seed is printed by the one that fails. */
const HISTORIES = 60;
const SECOND = 1_000_000;
/** Behind every event and deadline. */
const END = 20_000;

interface Reported extends Told {
  /** How far the commit of it may be put off, in events. */
  readonly commitsAfter: number;
  readonly isSweptBefore: boolean;
}

interface History {
  readonly events: readonly Reported[];
  readonly gaps: readonly (readonly [from: number, to: number])[];
  readonly failureThreshold: number | null;
  readonly successThreshold: number | null;
  readonly ttlFrom: number | null;
}

const history: fc.Arbitrary<History> = fc.record({
  events: fc
    .array(
      fc.record({
        wait: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 300 })),
        lateBy: fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: -20, max: 200 })),
        status: fc.constantFrom('healthy', 'healthy', 'degraded', 'unhealthy', 'unknown', 'left'),
        ttl: fc.constantFrom(undefined, undefined, 0, 5, 20, 60),
        commitsAfter: fc.oneof(fc.constant(0), fc.nat({ max: 4 })),
        isSweptBefore: fc.boolean(),
      }),
      { minLength: 1, maxLength: 25 },
    )
    .map((drawn) => {
      let at = 0;
      return drawn.map(({ wait, lateBy, ttl, ...rest }): Reported => {
        at += wait;
        return { ...rest, at, occurredAt: at - lateBy, ...(ttl === undefined ? {} : { ttl }) };
      });
    }),
  gaps: fc
    .array(fc.tuple(fc.nat({ max: 600 }), fc.integer({ min: 1, max: 60 })), { maxLength: 2 })
    .map((drawn) => drawn.map(([from, length]) => [from, from + length] as const)),
  failureThreshold: fc.constantFrom(null, null, 2, 3),
  successThreshold: fc.constantFrom(null, null, 2),
  ttlFrom: fc.option(fc.nat({ max: 400 })),
});

describe('a random history', () => {
  let scope: Scope;
  let path: StatusPath;
  let services = 0;

  beforeAll(async () => {
    scope = await Scope.open();
    await runCommand('src/cli/migrate.js', scope.environment);
    path = await StatusPath.open(scope, { HEALTH_SELF_PRESERVATION_PERCENT: '100' });
    await scope.sql(
      `INSERT INTO health_observation (covered_through, committed_at) VALUES (now(), now())`,
    );
  });

  afterAll(async () => {
    await path.close();
    await scope.close();
  });

  /** Each history has its own gaps, and its horizon begins anew. */
  const begin = async ({ gaps }: History): Promise<void> => {
    await scope.sql(`TRUNCATE health_gaps`);
    await scope.sql(`UPDATE health_observation SET swept_through = NULL`);
    for (const [from, to] of gaps) await path.gap(from, to);
  };

  const configure = async (service: string, one: History): Promise<void> => {
    const { failureThreshold, successThreshold, ttlFrom } = one;
    const insert = `INSERT INTO service_settings
      (service_name, changed_at, failure_threshold, success_threshold, ttl_seconds)
      VALUES ($1, to_timestamp($2), $3, $4, $5)`;
    const values = [failureThreshold, successThreshold];
    await scope.sql(insert, [service, T0 / SECOND - 1, ...values, null]);
    if (ttlFrom !== null) {
      await scope.sql(insert, [service, T0 / SECOND + ttlFrom, ...values, 30]);
    }
  };

  /** Commits in the order given by `commitsAfter`, sweeping up to what is not committed yet. */
  const playDisorderly = async (service: string, one: History): Promise<void> => {
    await configure(service, one);
    const events = one.events.map((told) => path.event({ ...told, service }));
    const order = one.events
      .map(({ commitsAfter }, index) => ({ index, rank: index + commitsAfter }))
      .sort((a, b) => a.rank - b.rank || b.index - a.index)
      .map(({ index }) => index);
    const open = new Set(order);
    for (const index of order) {
      const [event, told] = [events[index], one.events[index]];
      if (event === undefined || told === undefined) throw new Error('a history has a hole');
      if (told.isSweptBefore) {
        const horizon = Math.min(...[...open].map((i) => one.events[i]?.at ?? Infinity));
        await path.sweep(horizon);
      }
      await path.commit([event]);
      open.delete(index);
    }
  };

  const playInOneBatch = async (service: string, one: History): Promise<void> => {
    await configure(service, one);
    await path.commit(one.events.map((told) => path.event({ ...told, service })));
  };

  const outcome = async (service: string): Promise<unknown> => ({
    shown: await path.shown('a', service),
    instances: await scope.sql(
      `SELECT current_status, status_since, reported_status, reported_since, streak, last_seen,
              recovered_at, due_at, message_count FROM service_instances WHERE service_name = $1`,
      [service],
    ),
    silences: await scope.sql(
      `SELECT due_at, received_at, ends_at FROM health_silences WHERE service_name = $1
        ORDER BY due_at`,
      [service],
    ),
    status: await path.status(service),
  });

  it('ends the same in any order and batches, swept or not, and is rebuilt as it was', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (one) => {
        services += 1;
        const [orderly, disorderly] = [`orderly-${String(services)}`, `other-${String(services)}`];
        await begin(one);
        await playInOneBatch(orderly, one);
        await playDisorderly(disorderly, one);
        await path.sweep(END);
        expect(await outcome(disorderly)).toEqual(await outcome(orderly));
        expect(await path.rebuild.service(orderly, true)).toEqual([]);
        expect(await path.rebuild.service(disorderly, true)).toEqual([]);
      }),
      { numRuns: HISTORIES, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: true },
    );
  });

  it('is given back row for row where its tables were emptied', async () => {
    await scope.sql(
      `TRUNCATE health_messages, health_transitions, health_silences, service_instances,
                service_status, health_status_changes, service_settings`,
    );
    const histories = fc.sample(history, 10);
    const [first] = histories;
    if (first === undefined) throw new Error('no history was drawn');
    await begin(first);
    for (const [index, one] of histories.entries())
      await playInOneBatch(`kept-${String(index)}`, one);
    await path.sweep(END);

    const before = await rows();
    await scope.sql(
      `TRUNCATE health_transitions, health_silences, service_instances, service_status`,
    );
    for (const name of await path.rebuild.serviceNames()) await path.rebuild.service(name, true);
    expect(await rows()).toEqual(before);
  });

  const rows = async (): Promise<Record<string, string[]>> => {
    const told: Record<string, string[]> = {};
    for (const [table, text] of Object.entries(SNAPSHOTS)) {
      const all: string[] = [];
      for (const name of await path.rebuild.serviceNames()) {
        const found = await scope.sql<{ key: string; value: string }>(text, [name]);
        all.push(...found.map(({ key, value }) => `${key}: ${value}`));
      }
      told[table] = all.sort();
    }
    return told;
  };
});
