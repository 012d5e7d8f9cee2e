import type { App } from '../support/app.js';
import { healthEvent } from '../support/factories.js';
import type { TransitionItem, TransitionList, Uptime } from '../support/rest.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';

const HOUR_MS = 3_600_000;
/** A whole hour, two days ago: everything in these tests is at an offset from it. */
const START_MS = Math.floor((Date.now() - 48 * HOUR_MS) / HOUR_MS) * HOUR_MS;

const PARTS = ['healthy', 'degraded', 'unhealthy', 'stale', 'unknown', 'unobserved'] as const;

/** As many as one window may hold; see src/status/uptime-read-model.ts. */
const MAX_TIMELINE_EVENTS = 100_000;

const stage = useStage();
let app: App;

beforeAll(async () => {
  app = await stage.start();
});

const iso = (seconds: number): string => new Date(START_MS + seconds * 1_000).toISOString();

/** Publishes `[second, instance, status]` of one service. */
async function publish(
  service_name: string,
  events: readonly (readonly [number, string, string])[],
): Promise<void> {
  const { channel, redis } = stage.scope;
  for (const [seconds, instance_id, status] of events) {
    const event = healthEvent({ service_name, instance_id, status, timestamp: iso(seconds) });
    await redis.publish(channel, JSON.stringify(event));
  }
  await settled(stage.scope, [app]);
}

/** Nothing was heard from second to second; null: of an instance that was taken out at the second given. */
async function silence(
  service: string,
  instance: string,
  from: number,
  to: number,
  isRecovery: boolean,
): Promise<void> {
  await stage.scope.sql(
    `INSERT INTO health_silences (service_name, instance_id, due_at, received_at, message_id,
                                  ends_at, ended_by)
     VALUES ($1, $2, $3, $4, gen_random_uuid(), $5, CASE WHEN $6 THEN gen_random_uuid() END)`,
    [service, instance, iso(from), iso(from - 75), iso(to), isRecovery],
  );
}

/** With everything that was received until now. */
const deletion = async (
  service: string,
  instance: string | null,
  at: number,
  reason: string,
): Promise<unknown> =>
  await stage.scope.sql(
    `INSERT INTO service_deletions (service_name, instance_id, deleted_at, received_through, reason)
     VALUES ($1, $2, $3, now(), $4)`,
    [service, instance, iso(at), reason],
  );

const expectation = async (service: string, at: number, count: number | null): Promise<unknown> =>
  await stage.scope.sql(
    `INSERT INTO service_settings (service_name, changed_at, expected_instances)
     VALUES ($1, $2, $3)`,
    [service, iso(at), count],
  );

const gap = async (from: number, to: number): Promise<unknown> =>
  await stage.scope.sql(
    `INSERT INTO health_gaps (started_at, ended_at, cause) VALUES ($1, $2, 'not_running')`,
    [iso(from), iso(to)],
  );

const uptimeOf = async (service: string, query: string): Promise<Uptime> =>
  await app.api<Uptime>(`/services/${service}/uptime?${query}`);

const within = async (service: string, from: number, to: number): Promise<Uptime> =>
  await uptimeOf(service, `from=${iso(from)}&to=${iso(to)}`);

/** The parts that are there, in seconds. */
const partsOf = (uptime: Uptime): Record<string, number> =>
  Object.fromEntries(
    PARTS.map((part) => [part, uptime[`${part}_seconds`]] as const).filter(([, s]) => s > 0),
  );

/** `second from→to reason instance`, oldest first. */
async function timelineOf(service: string, limit = 100): Promise<string[]> {
  const items: TransitionItem[] = [];
  let query = `limit=${limit}`;
  for (;;) {
    const page = await app.api<TransitionList>(`/services/${service}/transitions?${query}`);
    items.push(...page.items);
    if (page.next_cursor === null) break;
    query = `limit=${limit}&cursor=${page.next_cursor}`;
  }
  return items
    .map((one) => {
      const second = (Date.parse(one.occurred_at) - START_MS) / 1_000;
      const { from_status: from, to_status: to, reason, instance_id: instance } = one;
      return `${second} ${from ?? '-'}→${to} ${reason} ${instance ?? '-'}`;
    })
    .reverse();
}

describe('the timeline of a service', () => {
  it('tells of silence, recovery and expiry, on any page', async () => {
    await publish('lapsing', [
      [0, 'a', 'ok'],
      [0, 'b', 'ok'],
      [130, 'a', 'warn'], // inside a silence: it is not seen
      [500, 'c', 'down'],
      [600, 'c', 'stopping'],
    ]);
    await silence('lapsing', 'a', 100, 200, true);
    await silence('lapsing', 'b', 700, 900, false);
    await deletion('lapsing', 'b', 900, 'expired');
    const expected = [
      '0 -→healthy first_event a',
      '100 healthy→degraded silent a',
      '500 degraded→unhealthy first_event c',
      '600 unhealthy→degraded left c',
    ];
    // The recovery ends in what was reported meanwhile.
    expect(await timelineOf('lapsing')).toEqual(expected);
    expect(await timelineOf('lapsing', 1)).toEqual(expected);
    const { items } = await app.api<TransitionList>(
      '/services/lapsing/transitions?instance_id=a&limit=3',
    );
    expect(items.map((one) => [one.to_status, one.reason])).toEqual([
      ['degraded', 'recovered'],
      ['stale', 'silent'],
      ['healthy', 'first_event'],
    ]);
  });

  it('tells when instances are taken out and when others are expected, which no event did', async () => {
    await publish('shrinking', [
      [0, 'a', 'ok'],
      [10, 'b', 'ok'],
    ]);
    await expectation('shrinking', 20, 2);
    await expectation('shrinking', 30, 3);
    await expectation('shrinking', 40, 1);
    await silence('shrinking', 'b', 100, 400, false);
    await deletion('shrinking', 'b', 400, 'expired');
    await deletion('shrinking', null, 500, 'deleted');
    const expected = [
      '0 -→healthy first_event a',
      '30 healthy→degraded settings -',
      '40 degraded→healthy settings -',
      '100 healthy→degraded silent b',
      '400 degraded→healthy expired b',
      '500 healthy→unknown deleted -',
    ];
    expect(await timelineOf('shrinking')).toEqual(expected);
    expect(await timelineOf('shrinking', 1)).toEqual(expected);
    const { items } = await app.api<TransitionList>('/services/shrinking/transitions');
    expect(items.map((item) => item.message_id === null)).toEqual([
      true,
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  it('shows nothing of an instance that was replaced when it was due', async () => {
    await publish('rolling', [
      [0, 'old', 'ok'],
      [50, 'new', 'ok'],
    ]);
    await silence('rolling', 'old', 100, 100, false);
    await deletion('rolling', 'old', 100, 'replaced');
    expect(await timelineOf('rolling')).toEqual(['0 -→healthy first_event old']);
    await publish('rolling', [[200, 'new', 'down']]);
    expect((await timelineOf('rolling')).slice(1)).toEqual(['200 healthy→unhealthy event new']);
    expect(partsOf(await within('rolling', 0, 300))).toEqual({ healthy: 200, unhealthy: 100 });
  });
});

describe('the uptime of a service', () => {
  it('is how long it had each status, to the millisecond', async () => {
    await publish('plain', [
      [10, 'a', 'ok'],
      [20.123, 'a', 'warn'],
      [30.5, 'a', 'down'],
      [31, 'a', 'ok'],
    ]);
    await silence('plain', 'a', 106, 200.007, true);
    expect(await within('plain', 0, 300)).toEqual({
      window_seconds: 300,
      healthy_seconds: 185.116,
      degraded_seconds: 10.377,
      unhealthy_seconds: 0.5,
      stale_seconds: 94.007,
      unknown_seconds: 10,
      unobserved_seconds: 0,
      uptime_ratio: 195_493 / 290_000,
    });
    // A window sees what was before it.
    expect(partsOf(await within('plain', 30.6, 30.7))).toEqual({ unhealthy: 0.1 });
    expect(partsOf(await within('plain', 150, 250))).toEqual({ stale: 50.007, healthy: 49.993 });
    expect(await within('plain', -100, 10)).toMatchObject({
      unknown_seconds: 110,
      uptime_ratio: null,
    });
  });

  it('follows deletions and what was expected', async () => {
    await publish('taken', [
      [0, 'a', 'down'],
      [0, 'b', 'ok'],
    ]);
    await expectation('taken', 30, 2);
    await deletion('taken', 'a', 50, 'deleted');
    await deletion('taken', null, 80, 'deleted');
    const parts = { unhealthy: 50, degraded: 30, unknown: 20 };
    expect(partsOf(await within('taken', 0, 100))).toEqual(parts);
    expect(partsOf(await within('taken', 60, 100))).toEqual({ degraded: 20, unknown: 20 });
    expect(partsOf(await within('taken', 90, 100))).toEqual({ unknown: 10 });
  });

  it('leaves out what the monitor could not observe', async () => {
    await publish('blind', [
      [1_000, 'a', 'ok'],
      [1_100, 'a', 'down'],
    ]);
    await gap(1_050, 1_120);
    await gap(1_110, 1_150);
    await gap(1_190, 1_400);
    expect(partsOf(await within('blind', 1_000, 1_200))).toEqual({
      healthy: 50,
      unhealthy: 40,
      unobserved: 110,
    });
    // Of a name that nobody has ever heard of nothing is told, even so.
    const nobody = `/api/v1/health/services/nobody/uptime?from=${iso(1_200)}&to=${iso(1_300)}`;
    expect((await app.get(nobody)).status).toBe(404);
  });

  it('counts a gap that lasts until now, and nothing of the future', async () => {
    await publish('now', [[0, 'a', 'ok']]);
    const { scope } = stage;
    const [open] = await scope.sql<{ id: string }>(
      `INSERT INTO health_gaps (started_at, cause) VALUES (now() - interval '10 minutes', 'database_down')
       RETURNING id`,
    );
    const future = new Date(Date.now() + HOUR_MS).toISOString();
    const hour = await uptimeOf('now', 'window=1h');
    const reached = await uptimeOf('now', `from=${iso(0)}&to=${future}`);
    const ahead = await uptimeOf('now', `from=${future}`);
    await scope.sql('DELETE FROM health_gaps WHERE id = $1', [open?.id]);

    expect(hour.window_seconds).toBe(3_600);
    expect(hour.unobserved_seconds).toBeGreaterThanOrEqual(600);
    expect(hour.healthy_seconds + hour.unobserved_seconds).toBeCloseTo(3_600, 3);
    expect(reached.window_seconds * 1_000).toBeLessThan(Date.now() - START_MS + 1_000);
    expect(ahead).toMatchObject({ window_seconds: 0, unknown_seconds: 0, uptime_ratio: null });
  });

  it('is the last day’s where nobody says which window, and of any length up to 9999 days', async () => {
    await publish('days', [[0, 'a', 'ok']]);
    expect(await app.api('/services/days/uptime')).toMatchObject({ healthy_seconds: 86_400 });
    for (const [window, seconds] of [
      ['90s', 90],
      ['15m', 900],
      ['7d', 604_800],
      ['9999d', 863_913_600],
    ] as const) {
      const uptime = await uptimeOf('days', `window=${window}`);
      expect(uptime.window_seconds).toBe(seconds);
      const sum = PARTS.reduce((ms, part) => ms + Math.round(uptime[`${part}_seconds`] * 1e3), 0);
      expect(sum).toBe(seconds * 1_000);
    }
  });

  it.each([
    ['window=1w', ['window']],
    ['window=0h', ['window']],
    ['window=1.5h', ['window']],
    ['window=10000d', ['window']],
    ['window=1h&from=2026-01-01&to=2026-01-02', ['window']],
    ['from=2026-01-02&to=2026-01-01', ['to']],
    ['from=1969-12-31', ['from']],
    ['from=yesterday', ['from']],
    ['bucket=1h', ['bucket']],
  ])('is refused for %s', async (query, fields) => {
    const { status, body } = await app.get<{ errors: { field: string }[] }>(
      `/api/v1/health/services/days/uptime?${query}`,
    );
    expect(status).toBe(400);
    expect(body.errors.map(({ field }) => field)).toEqual(fields);
  });

  it('of a window with more changes than an answer can wait for is refused', async () => {
    await stage.scope.sql(
      `INSERT INTO health_transitions (occurred_at, service_name, instance_id, message_id,
                                       received_at, to_status, reason)
       SELECT $1::timestamptz + n * interval '1 ms', 'restless', 'a', gen_random_uuid(), $1,
              CASE n % 2 WHEN 0 THEN 'healthy' ELSE 'unhealthy' END, 'event'
         FROM generate_series(0, $2 - 1) AS n`,
      [iso(0), MAX_TIMELINE_EVENTS + 1],
    );
    const whole = await app.get<{ errors: unknown[] }>(
      `/api/v1/health/services/restless/uptime?from=${iso(0)}`,
    );
    expect(whole.status).toBe(400);
    expect(whole.body.errors).toEqual([
      { field: 'from', message: expect.stringContaining('ask for a shorter time') },
    ]);
    const most = await within('restless', 0, MAX_TIMELINE_EVENTS / 1_000);
    expect(partsOf(most)).toEqual({
      healthy: MAX_TIMELINE_EVENTS / 2_000,
      unhealthy: MAX_TIMELINE_EVENTS / 2_000,
    });
  });

  it('of many instances and many changes is that of their timeline', async () => {
    const { scope } = stage;
    await scope.sql('DELETE FROM health_gaps');
    await scope.sql(
      `INSERT INTO health_transitions (occurred_at, service_name, instance_id, message_id,
                                       received_at, from_status, to_status, reason)
       SELECT at, 'many', 'i' || n % 200, gen_random_uuid(), at, null,
              CASE WHEN n % 401 = 0 THEN 'unhealthy' WHEN n % 307 = 0 THEN 'unknown' ELSE 'healthy' END,
              'event'
         FROM (SELECT n, $1::timestamptz + n * interval '731 ms' AS at
                 FROM generate_series(1, 12000) AS n) AS made`,
      [iso(0)],
    );
    await scope.sql(
      `INSERT INTO health_silences (service_name, instance_id, due_at, received_at, message_id,
                                    ends_at, ended_by)
       SELECT 'many', 'i' || n, $1::timestamptz + n * interval '67 s', $1, gen_random_uuid(),
              $1::timestamptz + n * interval '67 s' + interval '20 s', gen_random_uuid()
         FROM generate_series(1, 180) AS n`,
      [iso(0)],
    );
    await publish('many', [[-10, 'i0', 'ok']]);
    const [from, to] = [1_000.5, 8_000.25];
    const items: TransitionItem[] = [];
    let cursor = '';
    do {
      const page: TransitionList = await app.api(
        `/services/many/transitions?to=${iso(to)}&limit=1000${cursor}`,
      );
      items.unshift(...page.items.toReversed());
      cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`;
    } while (cursor !== '');

    const expected: Record<string, number> = {};
    const moments = items.map(({ occurred_at: at }) => Date.parse(at) - START_MS);
    items.forEach(({ to_status: status }, index) => {
      const end = Math.min(moments[index + 1] ?? Infinity, to * 1_000);
      const ms = end - Math.max(moments[index] ?? 0, from * 1_000);
      if (ms > 0) expected[status] = (expected[status] ?? 0) + ms;
    });
    const parts = partsOf(await within('many', from, to));
    expect(
      Object.fromEntries(Object.entries(parts).map(([part, s]) => [part, Math.round(s * 1e3)])),
    ).toEqual(expected);
    expect(Object.keys(expected).length).toBeGreaterThan(2);
    expect(items.length).toBeGreaterThan(50);
  });
});
