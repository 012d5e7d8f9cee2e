import fc from 'fast-check';
import { runCommand } from '../support/command.js';
import { Scope } from '../support/scope.js';
import { StatusPath, T0, type Told } from '../support/status-path.js';

const SECOND = 1_000_000;
const HISTORIES = 20;
/** Behind every event and deadline. */
const END = 20_000;

interface Reported extends Told {
  /** It could not be stored when it came, and is replayed at the end, in the order of these numbers. */
  readonly replayedAs: number | null;
}

interface History {
  readonly events: readonly Reported[];
  readonly gap: readonly [from: number, to: number] | null;
  readonly failureThreshold: number | null;
}

const history = (instances: readonly string[]): fc.Arbitrary<History> =>
  fc.record({
    events: fc
      .array(
        fc.record({
          wait: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 400 })),
          lateBy: fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: -20, max: 200 })),
          instance: fc.constantFrom(...instances),
          status: fc.constantFrom('healthy', 'healthy', 'degraded', 'unhealthy', 'left'),
          ttl: fc.constantFrom(undefined, undefined, 0, 5, 60),
          replayedAs: fc.option(fc.nat({ max: 9 })),
        }),
        { minLength: 1, maxLength: 20 },
      )
      .map((drawn) => {
        let at = 0;
        return drawn.map(({ wait, lateBy, ttl, ...rest }): Reported => {
          at += wait;
          return { ...rest, at, occurredAt: at - lateBy, ...(ttl === undefined ? {} : { ttl }) };
        });
      }),
    gap: fc.option(
      fc
        .tuple(fc.nat({ max: 600 }), fc.integer({ min: 1, max: 60 }))
        .map(([from, length]) => [from, from + length] as const),
    ),
    failureThreshold: fc.constantFrom(null, null, 2),
  });

let scope: Scope;
let path: StatusPath;
let services = 0;

beforeAll(async () => {
  scope = await Scope.open();
  await runCommand('src/cli/migrate.js', scope.environment);
  path = await StatusPath.open(scope, { HEALTH_SELF_PRESERVATION_PERCENT: '100' });
});

afterAll(async () => {
  await path.close();
  await scope.close();
});

beforeEach(async () => {
  await scope.sql(`TRUNCATE health_gaps, health_observation, health_messages, health_transitions,
    health_silences, health_status_changes, service_instances, service_status, service_deletions`);
  await scope.sql(
    `INSERT INTO health_observation (covered_through, committed_at) VALUES (now(), now())`,
  );
});

/** What a service's row and instances are, when each was first seen left out. */
const outcome = async (service: string): Promise<unknown> => ({
  shown: await path.shown('a', service),
  instances: await scope.sql(
    `SELECT instance_id, current_status, status_since, reported_status, reported_since, streak,
            last_seen, recovered_at, due_at, message_count
       FROM service_instances WHERE service_name = $1 ORDER BY instance_id`,
    [service],
  ),
  silences: await scope.sql(
    `SELECT instance_id, due_at, received_at, ends_at FROM health_silences WHERE service_name = $1
      ORDER BY instance_id, due_at`,
    [service],
  ),
  service: await scope.sql(
    `SELECT current_status, last_seen, last_occurred_at, due_at, message_count, instance_count
       FROM service_status WHERE service_name = $1`,
    [service],
  ),
});

describe('a random history, some events of which are stored only at its end', () => {
  const begin = async (one: History): Promise<string> => {
    services += 1;
    const service = `service-${String(services)}`;
    await scope.sql(`TRUNCATE health_gaps`);
    await scope.sql(`UPDATE health_observation SET swept_through = NULL`);
    if (one.gap !== null) await path.gap(...one.gap);
    await scope.sql(
      `INSERT INTO service_settings (service_name, changed_at, failure_threshold)
       VALUES ($1, to_timestamp($2), $3)`,
      [service, T0 / SECOND - 1, one.failureThreshold],
    );
    return service;
  };

  /** Commits and sweeps what could be stored as it comes, then replays the rest. */
  const playWithReplays = async (service: string, one: History): Promise<void> => {
    const refused: { readonly order: number; readonly told: Reported }[] = [];
    for (const told of one.events) {
      await path.sweep(told.at);
      if (told.replayedAs === null) await path.tell({ ...told, service });
      else refused.push({ order: told.replayedAs, told });
    }
    await path.sweep(END);
    refused.sort((a, b) => a.order - b.order);
    for (const { told } of refused) await path.replay(path.event({ ...told, service }));
  };

  it('ends as if all had been stored at once', async () => {
    await fc.assert(
      fc.asyncProperty(history(['a']), async (one) => {
        const atOnce = await begin(one);
        await path.commit(one.events.map((told) => path.event({ ...told, service: atOnce })));
        await path.sweep(END);
        const replayed = await begin(one);
        await playWithReplays(replayed, one);
        expect(await outcome(replayed)).toEqual(await outcome(atOnce));
        expect(await path.rebuild.service(replayed, true)).toEqual([]);
      }),
      {
        numRuns: HISTORIES,
        interruptAfterTimeLimit: 40_000,
        markInterruptAsFailure: true,
      },
    );
  });

  it('is rebuilt as it was where instances come and are taken out', async () => {
    await fc.assert(
      fc.asyncProperty(history(['a', 'b', 'c']), async (one) => {
        const service = await begin(one);
        await playWithReplays(service, one);
        expect(await path.rebuild.service(service, true)).toEqual([]);
        await path.sweep(END + 1);
        expect(await path.rebuild.service(service, true)).toEqual([]);
      }),
      {
        numRuns: HISTORIES,
        interruptAfterTimeLimit: 40_000,
        markInterruptAsFailure: true,
      },
    );
  });
});

describe('an event that is stored long after its reception', () => {
  it('does not revive an instance that has been silent since, nor moves back what was heard last', async () => {
    await path.tell({ at: 0 }, { at: 100, status: 'degraded' });
    await path.sweep(END);
    await path.replay(path.event({ at: 50, status: 'unhealthy' }));
    expect(await path.instances()).toBe('a stale');
    expect(await path.said()).toBe('degraded (event), stale (silent)');
    expect(await path.shown()).toBe('0 healthy, 50 unhealthy, 100 degraded, 175 stale');
    expect(
      await scope.count('service_instances', `last_seen = to_timestamp($1)`, [T0 / SECOND + 100]),
    ).toBe(1);
  });

  it('received after all others moves the begin of the silence, and says nothing', async () => {
    await path.tell({ at: 0 });
    await path.sweep(END);
    await path.replay(path.event({ at: 50, status: 'unhealthy' }));
    expect(await path.shown()).toBe('0 healthy, 50 unhealthy, 125 stale');
    expect(await path.said()).toBe('healthy (first_event), stale (silent)');
  });

  it('divides a silence that it was received in', async () => {
    await path.tell({ at: 0 }, { at: 500 });
    await path.replay(path.event({ at: 300 }));
    expect(await path.shown()).toBe('0 healthy, 75 stale, 300 healthy, 375 stale, 500 healthy');
  });

  it('of an instance that nobody knew makes it known as silent, never as well', async () => {
    await path.sweep(END);
    await path.replay(path.event({ at: 50 }));
    expect(await path.instances()).toBe('a stale');
    expect(await path.said()).toBe('stale (first_event)');
  });

  it('of an instance that nobody knew leaves no trace in the status of a service that is well', async () => {
    await path.tell({ at: 0, ttl: 0 });
    await path.sweep(END);
    await path.replay(path.event({ at: 50, instance: 'gone', status: 'unhealthy' }));
    expect(await path.instances()).toBe('a healthy');
    expect(await path.said()).toBe('healthy (first_event)');
    expect(await path.shown('gone')).toBe('50 unhealthy, 125 stale');
  });

  it('belongs to the life that ended later, whether it was expired or deleted', async () => {
    await path.tell({ at: 0, ttl: 0 }, { at: 0, instance: 'gone' });
    await path.sweep(100);
    await path.sweep(END);
    expect(await path.instances()).toBe('a healthy');
    await path.replay(path.event({ at: 50, instance: 'gone' }));
    await path.replay(path.event({ at: 20, instance: 'gone', status: 'degraded' }));
    expect(await path.instances()).toBe('a healthy');
    expect(await path.shown('gone')).toBe('0 healthy, 20 degraded, 50 healthy, 125 stale');
    expect(await scope.count('service_status', 'message_count = 4')).toBe(1);
    expect(await path.rebuild.service('payments', true)).toEqual([]);
  });

  it('of a service that was deleted since leaves it deleted', async () => {
    await path.tell({ at: 0 });
    await scope.sql(
      `INSERT INTO service_deletions (service_name, deleted_at, received_through)
       VALUES ('payments', to_timestamp($1), to_timestamp($2))`,
      [T0 / SECOND + 100, T0 / SECOND],
    );
    await scope.sql(`DELETE FROM service_instances`);
    await scope.sql(`DELETE FROM service_status`);
    await path.replay(path.event({ at: 50, status: 'unhealthy' }));
    expect(await path.status()).toBeUndefined();
    await path.rebuild.service('payments', true);
    expect(await path.status()).toBeUndefined();
  });

  it('received after a deletion makes the service known again', async () => {
    await path.tell({ at: 0 });
    await scope.sql(
      `INSERT INTO service_deletions (service_name, deleted_at, received_through)
       VALUES ('payments', to_timestamp($1), to_timestamp($2))`,
      [T0 / SECOND + 40, T0 / SECOND],
    );
    await scope.sql(`DELETE FROM service_instances`);
    await scope.sql(`DELETE FROM service_status`);
    await path.replay(path.event({ at: 50, ttl: 0, status: 'unhealthy' }));
    expect(await path.status()).toBe('unhealthy');
    expect(await path.rebuild.service('payments', true)).toEqual([]);
  });
});
