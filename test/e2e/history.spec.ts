import type { App } from '../support/app.js';
import { differences } from '../support/differences.js';
import { fleet, healthEvent } from '../support/factories.js';
import { publishAtRate } from '../support/load.js';
import type {
  BucketList,
  MessageItem,
  MessageList,
  StatusChangeList,
  TransitionItem,
  TransitionList,
} from '../support/rest.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';

const OLD_MESSAGES = 100_000;
const HOUR_MS = 3_600_000;

const stage = useStage();
let app: App;

beforeAll(async () => {
  app = await stage.start();
});

/** All items of a list, page by page; `between` runs after each page. */
async function allItems<Item>(
  route: string,
  parameters: Readonly<Record<string, string>> = {},
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ ...parameters, ...(cursor === null ? {} : { cursor }) });
    const page: { items: Item[]; next_cursor: string | null } = await app.api(
      `${route}?${query.toString()}`,
    );
    items.push(...page.items);
    cursor = page.next_cursor;
    await between();
  } while (cursor !== null);
  return items;
}

describe('the audit log of a service', () => {
  it(`of ${OLD_MESSAGES} events is paged through, each exactly once, while new ones arrive`, async () => {
    const { scope } = stage;
    // Many at the same time, so that the place within a time counts; a tenth is another service's.
    await scope.sql(
      `INSERT INTO health_messages (occurred_at, message_id, received_at, service_name, instance_id,
                                    status, payload)
       SELECT date_trunc('milliseconds', now()) - (n / 7) * interval '1 ms', gen_random_uuid(), now(),
              CASE WHEN n % 10 = 0 THEN 'other' ELSE 'long' END, 'i' || n % 3, 'healthy',
              json_build_object('n', n)
         FROM generate_series(1, ${Math.ceil((OLD_MESSAGES * 10) / 9)}) AS n`,
    );
    const old = await scope.sql<{ message_id: string }>(
      `SELECT message_id FROM health_messages WHERE service_name = 'long'
        ORDER BY occurred_at DESC, message_id DESC`,
    );
    expect(old.length).toBeGreaterThanOrEqual(OLD_MESSAGES);

    const arriving = Array.from({ length: 4_000 }, () => healthEvent({ service_name: 'long' }));
    const publishing = publishAtRate(scope, 500, arriving);
    const items = await allItems<MessageItem>('/services/long/messages', { limit: '1000' });
    await publishing;
    await settled(scope, [app]);

    const oldIds = new Set(old.map(({ message_id }) => message_id));
    const seen = items.map(({ message_id }) => message_id).filter((id) => oldIds.has(id));
    expect(
      differences(
        seen,
        old.map(({ message_id }) => message_id),
      ),
    ).toBeNull();
    expect(await scope.count('health_messages', `service_name = 'long'`)).toBe(
      old.length + arriving.length,
    );
  });

  it('is filtered by time, half-open, by status and by instance', async () => {
    const { scope } = stage;
    const events = fleet({ events: 600, services: 1, instancesPerService: 3, prefix: 'filtered' });
    await publishAtRate(scope, 2_000, events);
    await settled(scope, [app]);
    const [from, to] = [events[100]?.timestamp, events[500]?.timestamp].map(String);

    const items = await allItems<MessageItem>('/services/filtered-0/messages', {
      from: from ?? '',
      to: to ?? '',
      status: 'unhealthy',
      instance_id: 'i1',
      limit: '7',
    });

    const expected = events
      .slice(100, 500)
      .filter(({ status, instance_id }) => {
        return instance_id === 'i1' && ['unhealthy', 'DOWN'].includes(status);
      })
      .map(({ message_id }) => message_id)
      .reverse();
    expect(expected.length).toBeGreaterThan(20);
    expect(items.map(({ message_id }) => message_id)).toEqual(expected);
  });

  it('gives documents as they were published, to the byte', async () => {
    const document =
      '{ "service_name":"exact", "status":"ok", "n": 1e400, "é": "\\ud800 \\u0000" }';
    await stage.scope.redis.publish(stage.scope.channel, document);
    await settled(stage.scope, [app]);
    for (const route of ['/services/exact/messages', '/services/exact']) {
      const text = await (await fetch(`${app.url}/api/v1/health${route}`)).text();
      expect(text).toContain(`"payload":${document}`);
    }
  });

  it('ends a page early where documents are large, and leaves none out', async () => {
    const { scope } = stage;
    const filler = 'x'.repeat(200_000);
    const events = Array.from({ length: 100 }, () => healthEvent({ service_name: 'big', filler }));
    await publishAtRate(scope, 200, events);
    await settled(scope, [app]);

    const first = await app.api<MessageList>('/services/big/messages?limit=1000');
    const items = await allItems<MessageItem>('/services/big/messages', { limit: '1000' });

    expect(first.items.length).toBeLessThan(60);
    expect(first.next_cursor).not.toBeNull();
    expect(new Set(items.map(({ message_id }) => message_id)).size).toBe(events.length);
    expect(items).toHaveLength(events.length);
  });
});

describe('the transitions', () => {
  const SEVERITY = ['unhealthy', 'stale', 'degraded', 'unknown', 'healthy'];
  const timeline = (name: string, query = {}): Promise<TransitionItem[]> =>
    allItems<TransitionItem>(`/services/${name}/transitions`, { limit: '50', ...query });

  it('of a service follow from those of its instances, over several pages and chunks', async () => {
    const { scope } = stage;
    const events = fleet({ events: 3_000, services: 1, instancesPerService: 3, prefix: 'flap' });
    await publishAtRate(scope, 3_000, events);
    await settled(scope, [app]);
    const instances = ['i0', 'i1', 'i2'];
    const ofInstances = (
      await Promise.all(instances.map((id) => timeline('flap-0', { instance_id: id })))
    ).flat();
    expect(ofInstances.length).toBeGreaterThan(1_500);

    const items = await timeline('flap-0');

    const held = new Map<string, string>();
    let status: string | null = null;
    const expected: unknown[] = [];
    for (const change of ofInstances.sort((a, b) => (a.occurred_at < b.occurred_at ? -1 : 1))) {
      held.set(String(change.instance_id), change.to_status);
      const worst = SEVERITY.find((word) => [...held.values()].includes(word)) ?? 'unknown';
      if (worst !== status)
        expected.unshift([change.occurred_at, status, worst, change.message_id]);
      status = worst;
    }
    const shown = items.map((item) => [
      item.occurred_at,
      item.from_status,
      item.to_status,
      item.message_id,
    ]);
    expect(differences(shown, expected)).toBeNull();
    expect(expected.length).toBeGreaterThan(100);

    // A range sees what was before it.
    const [from, to] = [items[60]?.occurred_at ?? '', items[20]?.occurred_at ?? ''];
    const within = items.filter(({ occurred_at: at }) => at >= from && at < to);
    expect(await timeline('flap-0', { from, to })).toEqual(within);
  });

  it('tell what was, and the status changes what was said, when a late event comes', async () => {
    const { scope } = stage;
    const nowMs = Date.now();
    for (const [status, agoMs] of [
      ['ok', 60_000],
      ['ok', 20_000],
      ['down', 40_000],
    ] as const) {
      const timestamp = new Date(nowMs - agoMs).toISOString();
      await publishAtRate(scope, 50, [healthEvent({ service_name: 'late', status, timestamp })]);
      await settled(scope, [app]);
    }

    const transitions = await app.api<TransitionList>('/services/late/transitions');
    const changes = await app.api<StatusChangeList>('/services/late/status-changes');

    const at = (agoMs: number): string => new Date(nowMs - agoMs).toISOString();
    expect(transitions.items.map((item) => [item.to_status, item.occurred_at])).toEqual([
      ['healthy', at(20_000)],
      ['unhealthy', at(40_000)],
      ['healthy', at(60_000)],
    ]);
    expect(changes.items.map(({ to_status }) => to_status)).toEqual(['healthy']);
  });
});

describe('the status changes', () => {
  it('are paged through newest first, each exactly once, and filtered by time', async () => {
    const { scope } = stage;
    for (let index = 0; index < 12; index += 1) {
      const status = index % 2 === 0 ? 'down' : 'ok';
      await publishAtRate(scope, 50, [healthEvent({ service_name: 'said', status })]);
      await settled(scope, [app]);
    }
    type Change = StatusChangeList['items'][number];
    const items = await allItems<Change>('/services/said/status-changes', { limit: '5' });
    const rows = await scope.sql<{ id: string; message_id: string }>(
      `SELECT id, message_id FROM health_status_changes WHERE service_name = 'said' ORDER BY id DESC`,
    );
    expect(items.map(({ message_id }) => message_id)).toEqual(rows.map((row) => row.message_id));
    expect(rows).toHaveLength(12);
    const [from, to] = [items[8]?.changed_at ?? '', items[2]?.changed_at ?? ''];
    const within = await allItems<Change>('/services/said/status-changes', { from, to });
    expect(within).toEqual(items.filter(({ changed_at: at }) => at >= from && at < to));
    expect(within.length).toBeGreaterThan(2);
  });
});

describe('the history', () => {
  it.each([
    ['1m', 60_000],
    ['5m', 300_000],
    ['1h', HOUR_MS],
    ['1d', 24 * HOUR_MS],
  ])('counts events per bucket of %s as SQL does', async (bucket, widthMs) => {
    const { scope } = stage;
    const name = `counted-${bucket}`;
    // Three days with a hole; every fourth without a response time.
    const events = Array.from({ length: 400 }, (_, index) =>
      healthEvent({
        service_name: name,
        status: ['ok', 'down', 'warn', 'huh', 'stopping'][index % 5],
        response_time_ms: index % 4 === 0 ? undefined : index,
        timestamp: new Date(
          Date.now() - index * 11 * 60_000 - (index > 200 ? 20 * HOUR_MS : 0),
        ).toISOString(),
      }),
    );
    await publishAtRate(scope, 2_000, events);
    await settled(scope, [app]);
    const [from, to] = [events[390]?.timestamp, events[3]?.timestamp].map(String);

    type Item = BucketList['items'][number];
    const items = await allItems<Item>(`/services/${name}/history`, {
      bucket,
      limit: '9',
      from: from ?? '',
      to: to ?? '',
    });

    const expected = new Map<number, typeof events>();
    for (const event of events) {
      const atMs = Date.parse(String(event.timestamp));
      if (atMs < Date.parse(from ?? '') || atMs >= Date.parse(to ?? '')) continue;
      const startMs = Math.floor(atMs / widthMs) * widthMs;
      expected.set(startMs, [...(expected.get(startMs) ?? []), event]);
    }
    const count = (of: typeof events, word: string): number =>
      of.filter(({ status }) => status === word).length;
    expect(items).toEqual(
      [...expected]
        .sort(([a], [b]) => b - a)
        .map(([startMs, of]) => {
          const times = of.flatMap(({ response_time_ms: ms }) => (ms === undefined ? [] : [ms]));
          const sum = times.reduce((a, b) => a + b, 0);
          return {
            bucket_start: new Date(startMs).toISOString(),
            total: of.length,
            counts: {
              healthy: count(of, 'ok'),
              degraded: count(of, 'warn'),
              unhealthy: count(of, 'down'),
              unknown: count(of, 'huh'),
              left: count(of, 'stopping'),
            },
            response_time_ms_min: times.length === 0 ? null : Math.min(...times),
            response_time_ms_avg: times.length === 0 ? null : sum / times.length,
            response_time_ms_max: times.length === 0 ? null : Math.max(...times),
          };
        }),
    );
  });
});

it('the history of response times as large as a number can be is answered', async () => {
  const { scope } = stage;
  const times = [1.7e308, 1e308, 5e-324];
  const events = times.map((ms) => healthEvent({ service_name: 'large', response_time_ms: ms }));
  await publishAtRate(scope, 50, events);
  await settled(scope, [app]);

  const { items } = await app.api<BucketList>('/services/large/history?bucket=1d');

  expect(items).toMatchObject([{ response_time_ms_min: 5e-324, response_time_ms_max: 1.7e308 }]);
});

it('a name that was never heard of is 404 on every route, one without items in a range is not', async () => {
  await publishAtRate(stage.scope, 50, [healthEvent({ service_name: 'quiet' })]);
  await settled(stage.scope, [app]);
  for (const list of ['messages', 'transitions', 'status-changes', 'history']) {
    const { status } = await app.get(`/api/v1/health/services/nobody/${list}`);
    expect({ list, status }).toEqual({ list, status: 404 });
    const empty = await app.api<MessageList>(`/services/quiet/${list}?to=2020-01-01T00:00:00Z`);
    expect(empty).toMatchObject({ items: [], next_cursor: null });
  }
});
