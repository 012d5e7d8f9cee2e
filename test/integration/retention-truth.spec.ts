import fc from 'fast-check';
import { loadEnvironment } from '../../src/config/load.js';
import type { ReceivedEvent } from '../../src/events/health-event.js';
import { ChunkRemoval } from '../../src/retention/chunk-removal.js';
import { HistoryRemoval } from '../../src/retention/history-removal.js';
import { HistoryReadModel } from '../../src/status/history-read-model.js';
import { SNAPSHOTS } from '../../src/status/rebuild.sql.js';
import { UptimeReadModel } from '../../src/status/uptime-read-model.js';
import { runCommand } from '../support/command.js';
import { KeptLog } from '../support/kept-log.js';
import { Scope } from '../support/scope.js';
import { StatusPath, T0, type Told } from '../support/status-path.js';

const SECOND = 1_000_000;
const HOUR = 3_600;
const DAY = 24 * HOUR;
const T0_SECONDS = T0 / SECOND;
/** Events may be late by a day, so that the audit log is kept for two at the least. */
const WINDOW_DAYS = 1;
const HISTORIES = 5;

interface Played extends Told {
  readonly commitsAfter: number;
  readonly isSweptBefore: boolean;
}

interface History {
  readonly events: readonly Played[];
  /** How many of them come before something is removed. */
  readonly cut: number;
  readonly gaps: readonly (readonly [from: number, to: number])[];
  readonly failureThreshold: number | null;
  readonly successThreshold: number | null;
}

/** Some ten days of two instances. */
const history: fc.Arbitrary<History> = fc
  .record({
    drawn: fc.array(
      fc.record({
        wait: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: HOUR, max: 14 * HOUR })),
        lateBy: fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: -20, max: 20 * HOUR })),
        instance: fc.constantFrom('a', 'a', 'b'),
        status: fc.constantFrom('healthy', 'healthy', 'degraded', 'unhealthy', 'left'),
        ttl: fc.constantFrom(undefined, 0, 6 * HOUR, 20 * HOUR, 3 * DAY),
        commitsAfter: fc.oneof(fc.constant(0), fc.nat({ max: 3 })),
        isSweptBefore: fc.nat({ max: 2 }).map((n) => n === 0),
      }),
      { minLength: 25, maxLength: 50 },
    ),
    cutAt: fc.double({ min: 0.6, max: 1, noNaN: true }),
    gaps: fc.array(
      fc
        .tuple(fc.nat({ max: 8 * DAY }), fc.integer({ min: HOUR, max: 10 * HOUR }))
        .map(([from, length]) => [from, from + length] as const),
      { maxLength: 2 },
    ),
    failureThreshold: fc.constantFrom(null, 2, 3),
    successThreshold: fc.constantFrom(null, 2),
  })
  .map(({ drawn, cutAt, ...rest }) => {
    let at = 0;
    const events = drawn.map(({ wait, lateBy, ttl, ...told }): Played => {
      at += wait;
      return { ...told, at, occurredAt: at - lateBy, ...(ttl === undefined ? {} : { ttl }) };
    });
    return { ...rest, events, cut: Math.max(1, Math.round(cutAt * events.length)) };
  });

/** A service in a schema of its own, and what keeps its histories short. */
class World {
  private constructor(
    readonly scope: Scope,
    readonly path: StatusPath,
  ) {}

  static async open(): Promise<World> {
    const scope = await Scope.open();
    await runCommand('src/cli/migrate.js', scope.environment);
    const path = await StatusPath.open(scope, {
      HEALTH_SELF_PRESERVATION_PERCENT: '100',
      HEALTH_EVENT_WINDOW_DAYS: String(WINDOW_DAYS),
    });
    return new World(scope, path);
  }

  async close(): Promise<void> {
    await this.path.close();
    await this.scope.close();
  }

  async begin({ gaps, failureThreshold, successThreshold }: History): Promise<void> {
    await this.scope
      .sql(`TRUNCATE health_retention, health_gaps, health_observation, health_messages,
      health_transitions, health_silences, health_status_changes, service_instances, service_status,
      service_deletions, service_settings`);
    await this.scope.sql(
      `INSERT INTO health_observation (covered_through, committed_at) VALUES (now(), now())`,
    );
    await this.scope.sql(
      `INSERT INTO service_settings (service_name, changed_at, failure_threshold, success_threshold)
       VALUES ('payments', to_timestamp($1), $2, $3)`,
      [T0_SECONDS - DAY, failureThreshold, successThreshold],
    );
    for (const [from, to] of gaps) await this.path.gap(from, to);
    await this.scope.sql(`UPDATE health_gaps SET is_settled = true`);
  }

  made(events: readonly Played[]): readonly ReceivedEvent[] {
    return events.map((told) => this.path.event(told));
  }

  /** Commits in an order that may not be that of reception, and sweeps up to what is not committed yet. */
  async play(events: readonly Played[], made = this.made(events)): Promise<void> {
    const order = events
      .map(({ commitsAfter }, index) => ({ index, rank: index + commitsAfter }))
      .sort((a, b) => a.rank - b.rank || b.index - a.index);
    const open = new Set(order.map(({ index }) => index));
    for (const { index } of order) {
      const event = made[index];
      if (event === undefined) throw new Error('a history has a hole');
      if (events[index]?.isSweptBefore === true) {
        await this.path.sweep(Math.min(...[...open].map((i) => events[i]?.at ?? Infinity)));
      }
      await this.path.commit([event]);
      open.delete(index);
    }
  }

  /** Drops the chunks that end at a moment or before it. */
  async dropMessages(until: number): Promise<void> {
    const log = new KeptLog({ LOG_LEVEL: 'silent', LOG_FORMAT: 'json', HEALTH_INSTANCE_ID: 'i' });
    const outcome = await new ChunkRemoval(this.path.database, log).messages(daysSince(until));
    expect(outcome).toBe('done');
  }

  /** Removes history from before a moment, up to two days earlier. */
  async removeHistory(until: number): Promise<void> {
    const environment = loadEnvironment({
      ...this.scope.environment,
      LOG_LEVEL: 'silent',
      HEALTH_RETENTION_DAYS: String(daysSince(until) + 1),
      HEALTH_TRANSITION_RETENTION_DAYS: String(daysSince(until) + 1),
    });
    const log = new KeptLog(environment);
    expect(await new HistoryRemoval(environment, this.path.database, log).look()).toBe('done');
  }

  async rebuilt(): Promise<unknown> {
    return await this.path.rebuild.service('payments', true);
  }

  /** What is there of a service from a moment on: rows, timelines and how long it had each status. */
  async told(from: number, to: number): Promise<unknown> {
    const { database } = this.path;
    const range = { from: (T0_SECONDS + from) * 1_000, to: null };
    const read = new HistoryReadModel(database);
    const uptime = new UptimeReadModel(database);
    const windows = [0, 0.3, 0.7].map((share) => Math.round(from + (to - from) * share));
    return {
      instances: await this.scope.sql(
        `SELECT ${INSTANCE_COLUMNS} FROM service_instances ORDER BY instance_id`,
      ),
      service: await this.scope.sql(
        `SELECT current_status, last_seen, last_occurred_at, due_at, message_count, instance_count
           FROM service_status`,
      ),
      timeline: (await read.serviceTransitions('payments', range, null, 1_000)).items,
      a: (await read.instanceTransitions('payments', 'a', range, null, 1_000)).items,
      b: (await read.instanceTransitions('payments', 'b', range, null, 1_000)).items,
      uptime: await Promise.all(
        windows.map(async (start) => {
          const { durations } = await uptime.uptime('payments', () => ({
            from: (T0_SECONDS + start) * 1_000,
            to: (T0_SECONDS + to) * 1_000,
          }));
          return durations;
        }),
      ),
      settings: await this.scope.sql(
        `SELECT failure_threshold FROM service_settings ORDER BY changed_at DESC LIMIT 1`,
      ),
      said: await this.scope.sql(
        `SELECT to_status FROM health_status_changes ORDER BY changed_at DESC, id DESC LIMIT 1`,
      ),
    };
  }

  /** Rows that a rebuild would write, for its transitions and silences from a moment on. */
  async rows(): Promise<Record<string, readonly string[]>> {
    const told: Record<string, readonly string[]> = {};
    for (const [table, text] of Object.entries(SNAPSHOTS)) {
      const found = await this.scope.sql<{ key: string; value: string }>(text, ['payments']);
      told[table] = found.map(({ key, value }) => `${key}: ${value}`).sort();
    }
    return told;
  }
}

const INSTANCE_COLUMNS = `instance_id, current_status, status_since, reported_status, reported_since,
  streak, last_seen, last_occurred_at, recovered_at, ttl_seconds, due_at, message_count`;

/** How many days ago the day began that a moment lies in: chunks that end by then are so old or older. */
const daysSince = (at: number): number =>
  Math.floor(Date.now() / 1_000 / DAY) - Math.floor((T0_SECONDS + at) / DAY);

/** The last moment up to which something may be removed: the audit log is kept a day longer than the window. */
const oldEnough = (events: readonly Played[]): number =>
  (events.at(-1)?.at ?? 0) - (WINDOW_DAYS + 1) * DAY;

const PROPERTY = {
  numRuns: HISTORIES,
  interruptAfterTimeLimit: 40_000,
  markInterruptAsFailure: true,
} as const;

let shortened: World;
let whole: World;

beforeAll(async () => {
  [shortened, whole] = [await World.open(), await World.open()];
});

afterAll(async () => {
  await shortened.close();
  await whole.close();
});

describe('a random history', () => {
  it('stays what it is when its first days are removed, and so does what a rebuild makes of it', async () => {
    const seen = { events: 0, dropped: 0, transitions: 0 };
    await fc.assert(
      fc.asyncProperty(history, async (one) => {
        const { scope } = shortened;
        await shortened.begin(one);
        await shortened.play(one.events);
        const end = (one.events.at(-1)?.at ?? 0) + DAY;
        await shortened.path.sweep(end);
        const bound = oldEnough(one.events);
        const all = async (): Promise<unknown> => [
          await shortened.told(-DAY, end),
          await shortened.rows(),
        ];
        const [before, fromBound] = [await all(), await shortened.told(bound, end)];
        const counts = await counted(scope);
        await shortened.dropMessages(bound);
        expect(await all()).toEqual(before);
        expect(await shortened.rebuilt()).toEqual([]);
        expect(await all()).toEqual(before);

        // What follows from what is kept is mended.
        if (one.failureThreshold === null && one.successThreshold === null) {
          await damage(scope);
          await shortened.rebuilt();
          expect(await all()).toEqual(before);
        }

        await shortened.removeHistory(bound);
        expect(await shortened.told(bound, end)).toEqual(fromBound);
        expect(await shortened.rebuilt()).toEqual([]);
        expect(await shortened.told(bound, end)).toEqual(fromBound);
        const left = await counted(scope);
        seen.events += counts.events;
        seen.dropped += counts.events - left.events;
        seen.transitions += counts.transitions - left.transitions;
      }),
      PROPERTY,
    );
    expect(seen.dropped).toBeGreaterThan(seen.events / 10);
    expect(seen.transitions).toBeGreaterThan(HISTORIES);
  });

  it('goes on as if nothing had been dropped, with late events and a disorder of commits', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (one) => {
        const [first, then] = [one.events.slice(0, one.cut), one.events.slice(one.cut)];
        const [made, madeThen] = [whole.made(first), whole.made(then)];
        const end = (one.events.at(-1)?.at ?? 0) + DAY;
        for (const world of [whole, shortened]) {
          await world.begin(one);
          await world.play(first, made);
          if (world === shortened) await world.dropMessages(oldEnough(first));
          await world.play(then, madeThen);
          await world.path.sweep(end);
        }
        expect(await shortened.told(-DAY, end)).toEqual(await whole.told(-DAY, end));
        expect(await shortened.rebuilt()).toEqual([]);
      }),
      PROPERTY,
    );
  });
});

describe('an event of a time that was removed from the audit log', () => {
  const plain: History = {
    events: [],
    cut: 1,
    gaps: [],
    failureThreshold: null,
    successThreshold: null,
  };
  const told = (hours: number, status: Told['status']): Played => ({
    ...{ at: hours * HOUR, ttl: 3 * DAY, commitsAfter: 0, isSweptBefore: false },
    ...(status === undefined ? {} : { status }),
  });

  it.each([
    ['without thresholds', null],
    ['with thresholds', 2],
  ])(
    'is counted and moves no transition where it is stored only then, %s',
    async (_, failureThreshold) => {
      await shortened.begin({ ...plain, failureThreshold });
      const events = [
        told(1, 'healthy'),
        ...[30, 31, 32].map((hours) => told(hours, 'unhealthy')),
        ...[60, 61, 62].map((hours) => told(hours, 'healthy')),
        ...[150, 151].map((hours) => told(hours, 'unhealthy')),
        told(152, 'healthy'),
      ];
      await shortened.play(events);
      await shortened.dropMessages(100 * HOUR);
      const before = await shortened.told(-DAY, 160 * HOUR);
      await shortened.play([told(10, 'degraded'), told(40, 'healthy'), told(70, 'unhealthy')]);
      const [instance] = await shortened.scope.sql<{ message_count: string }>(
        `UPDATE service_instances SET message_count = message_count - 3 RETURNING message_count`,
      );
      await shortened.scope.sql(`UPDATE service_status SET message_count = message_count - 3`);
      expect(instance?.message_count).toBe(String(events.length));
      expect(await shortened.told(-DAY, 160 * HOUR)).toEqual(before);
      expect(await shortened.rebuilt()).toEqual([]);
    },
  );

  it('stays the last one received, with its promise, where it was late', async () => {
    await shortened.begin(plain);
    await shortened.play([
      told(1, 'healthy'),
      told(98, 'degraded'),
      { ...told(100, 'healthy'), occurredAt: 90 * HOUR, ttl: DAY },
    ]);
    await shortened.path.sweep(130 * HOUR);
    const before = await shortened.told(-DAY, 130 * HOUR);
    await shortened.dropMessages(98 * HOUR);
    expect(await shortened.scope.count('health_messages')).toBe(1);
    expect(await shortened.rebuilt()).toEqual([]);
    expect(await shortened.told(-DAY, 130 * HOUR)).toEqual(before);
  });
});

const counted = async (scope: Scope): Promise<{ events: number; transitions: number }> => ({
  events: await scope.count('health_messages'),
  transitions: await scope.count('health_transitions'),
});

/** Loses transitions of which the events are kept, and states that follow from events that are. */
async function damage(scope: Scope): Promise<void> {
  const from = `(SELECT coalesce(max(messages_from), '-infinity') FROM health_retention)`;
  await scope.sql(`DELETE FROM health_transitions WHERE occurred_at >= ${from}`);
  await scope.sql(
    `UPDATE service_instances SET reported_status = 'unknown', current_status = 'unknown'
      WHERE current_status <> 'stale' AND last_occurred_at >= ${from}`,
  );
}
