import { randomUUID } from 'node:crypto';
import type { App } from '../support/app.js';
import { runCommand } from '../support/command.js';
import { lettersOf, post, replayMany, replayOne } from '../support/dead-letters.js';
import { healthEvent } from '../support/factories.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { waitUntil } from '../support/wait-until.js';

const DAY_MS = 86_400_000;

const stage = useStage();

beforeEach(async () => {
  if (!(await hasTables())) return;
  await stage.scope.sql(`TRUNCATE health_dead_letters, health_messages, health_transitions,
    health_silences, service_instances, service_status, health_status_changes, health_accounting`);
});

const hasTables = async (): Promise<boolean> => {
  const found = await stage.scope.sql(`SELECT FROM pg_tables WHERE schemaname = $1`, [
    stage.scope.schema,
  ]);
  return found.length > 0;
};

/** Appends one journal entry with these events. */
async function append(...events: readonly (Buffer | string)[]): Promise<string | null> {
  const { redis, journal, channel } = stage.scope;
  return await redis.xadd(journal, '*', ...events.flatMap((event) => [channel, event]));
}

const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();

/** The whole table, so that anything that changes in it is noticed. */
const tableOf = async (table: string): Promise<string[]> =>
  (await stage.scope.sql<{ row: string }>(`SELECT t::text AS row FROM ${table} t ORDER BY 1`)).map(
    ({ row }) => row,
  );

const everything = async (): Promise<string[][]> =>
  await Promise.all(
    ['health_dead_letters', 'health_messages', 'service_instances', 'health_status_changes'].map(
      async (table) => await tableOf(table),
    ),
  );

/** What a rebuild of all that is kept says. */
async function rebuilt(): Promise<string> {
  const { stdout } = await runCommand('src/cli/rebuild-status.js', stage.scope.environment);
  return stdout;
}

/** What a scrape says, by the name with its labels. */
async function metricsOf(app: App): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  return new Map(
    text
      .split('\n')
      .map((line) => line.split(' ') as [string, string])
      .map(([name, value]) => [name, Number(value)]),
  );
}

async function withTable<T>(change: string, back: string, work: () => Promise<T>): Promise<T> {
  await stage.scope.sql(`ALTER TABLE health_messages ${change}`);
  try {
    return await work();
  } finally {
    await stage.scope.sql(`ALTER TABLE health_messages ${back}`);
  }
}

it('a letter gives back every byte, NUL and what is no UTF-8 among them', async () => {
  const app = await stage.start();
  const raw = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  await append(raw, Buffer.from('{"service_name":"a\0b"}'));
  await settled(stage.scope, [app]);
  const letters = await lettersOf(app);
  const details = await Promise.all(
    letters.map(async ({ id }) => await app.api<{ raw_base64: string }>(`/dead-letters/${id}`)),
  );
  expect(details.map(({ raw_base64 }) => raw_base64).sort()).toEqual(
    [raw, Buffer.from('{"service_name":"a\0b"}')].map((one) => one.toString('base64')).sort(),
  );
});

describe('once the cause is mended', () => {
  it('events from beyond a window that was too narrow become rows, all of them once', async () => {
    const narrow = await stage.start();
    const events = [
      healthEvent({ service_name: 'late', timestamp: daysAgo(20) }),
      healthEvent({ service_name: 'late', timestamp: daysAgo(10), message_id: undefined }),
      healthEvent({
        service_name: 'late',
        timestamp: daysAgo(9),
        id: 'seven',
        message_id: undefined,
      }),
      healthEvent({ service_name: 'now' }),
    ];
    await append(...events.map((event) => JSON.stringify(event)));
    await settled(stage.scope, [narrow]);
    expect((await lettersOf(narrow)).map(({ reason }) => reason)).toEqual(
      Array(3).fill('timestamp_out_of_window'),
    );
    expect(await replayMany(narrow, 'all=true')).toMatchObject({ stored: 0, rejected: 3 });
    expect((await lettersOf(narrow)).map(({ attempts }) => attempts)).toEqual([2, 2, 2]);

    const wide = await stage.start({ HEALTH_EVENT_WINDOW_DAYS: '29' });
    const before = await everything();
    expect(await replayMany(wide, 'reason=timestamp_out_of_window&dry_run=true')).toMatchObject({
      dry_run: true,
      stored: 3,
      duplicate: 0,
      rejected: 0,
      next_cursor: null,
    });
    expect(await everything()).toEqual(before);

    const replayed = await replayMany(wide, 'reason=timestamp_out_of_window');
    expect(replayed).toMatchObject({ dry_run: false, stored: 3, duplicate: 0, rejected: 0 });
    expect(await stage.scope.count('health_messages', `service_name = 'late'`)).toBe(3);
    expect(await lettersOf(wide, '&replayed=false')).toEqual([]);
    expect(await lettersOf(wide, '&replayed=true')).toHaveLength(3);

    const [accounts] = await stage.scope.sql(
      `SELECT sum(stored)::integer AS stored, sum(dead_lettered)::integer AS dead_lettered
         FROM health_accounting`,
    );
    expect(accounts).toEqual({ stored: 4, dead_lettered: 3 });

    const after = await everything();
    for (const { id, message_id } of replayed.items) {
      expect(await replayOne(wide, id)).toEqual({
        id,
        outcome: 'duplicate',
        message_id,
        reason: null,
        detail: null,
        dry_run: false,
      });
    }
    expect(await replayMany(wide, 'all=true')).toMatchObject({ stored: 0, items: [] });
    expect(await everything()).toEqual(after);
    expect(await rebuilt()).toMatch(/nothing differed\n$/);
  });

  it('events that PostgreSQL refused for a column of its own become rows, without id and time too', async () => {
    const [one, two] = await stage.startMany(2);
    if (one === undefined || two === undefined) throw new Error('two were started');
    await withTable('ADD COLUMN owner text NOT NULL', 'DROP COLUMN owner', async () => {
      await append(
        '{"service_name":"plain","status":"up"}',
        '{"service_name":"plain","status":"up"}',
      );
      await append(JSON.stringify(healthEvent({ service_name: 'named', status: 'down' })));
      await settled(stage.scope, [one, two]);
      expect(await stage.scope.count('health_messages')).toBe(0);
      expect((await lettersOf(one)).map(({ reason }) => reason)).toEqual(
        Array(3).fill('storage_rejected'),
      );
      const again = await replayMany(one, 'reason=storage_rejected');
      expect(again).toMatchObject({ stored: 0, rejected: 3 });
      expect(again.items[0]).toMatchObject({
        reason: 'storage_rejected',
        detail: expect.stringContaining('23502'),
      });
    });
    const outcomes = await Promise.all(
      (await lettersOf(one)).flatMap(({ id }) =>
        [one, two, one].map(async (app) => (await replayOne(app, id)).outcome),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(6);
    expect(await stage.scope.count('health_messages', `service_name = 'plain'`)).toBe(2);
    const counted = await stage.scope.sql(
      `SELECT service_name, message_count::integer FROM service_status ORDER BY service_name`,
    );
    expect(counted).toEqual([
      { service_name: 'named', message_count: 1 },
      { service_name: 'plain', message_count: 2 },
    ]);
    expect(await rebuilt()).toMatch(/nothing differed\n$/);
  });

  it('events have the ids and times that their delivery would have given them', async () => {
    const app = await stage.start();
    const journalId = await withTable(
      `ADD CONSTRAINT no_poison CHECK (message IS DISTINCT FROM 'poison')`,
      'DROP CONSTRAINT no_poison',
      async () => {
        const id = await append(
          '{"service_name":"a","status":"up"}',
          '{"service_name":"a","status":"up","message":"poison"}',
          '{"service_name":"a","status":"up","message":"later"}',
        );
        await settled(stage.scope, [app]);
        return id;
      },
    );
    const [letter] = await lettersOf(app);
    if (letter === undefined) throw new Error('there is no letter');
    expect(letter).toMatchObject({ journal_id: journalId, event_index: 1 });
    const { message_id } = await replayOne(app, letter.id);
    const rows = await stage.scope.sql<{ id: string; us: string; message: string | null }>(
      `SELECT message_id AS id, message, (extract(epoch FROM received_at) * 1000000)::bigint
              - min((extract(epoch FROM received_at) * 1000000)::bigint) OVER () AS us
         FROM health_messages ORDER BY received_at`,
    );
    expect(rows).toEqual([
      { id: expect.any(String), us: '0', message: null },
      { id: message_id, us: '1', message: 'poison' },
      { id: expect.any(String), us: '2', message: 'later' },
    ]);
  });
});

it('letters that are too old go, and scrapes learn how many there are', async () => {
  const first = await stage.start();
  await append('nonsense', 'more of it', '[]');
  await settled(stage.scope, [first]);
  await stage.scope.sql(
    `UPDATE health_dead_letters SET received_at = now() - interval '2 days' WHERE reason = 'invalid_json'`,
  );
  const app = await stage.start({ HEALTH_DEAD_LETTER_RETENTION_DAYS: '1' });
  await waitUntil(
    'letters are counted',
    async () => (await metricsOf(app)).get('health_monitor_dead_letters') === 1,
  );
  expect((await lettersOf(app)).map(({ reason }) => reason)).toEqual(['not_an_object']);
  expect(app.logged('dead_letters.removed')).toEqual([
    expect.objectContaining({ level: 'warn', reason: 'retention', letters: 2, not_replayed: 2 }),
  ]);
  const metrics = await metricsOf(app);
  expect(metrics.get('health_monitor_dead_letters_not_replayed')).toBe(1);
  expect(metrics.get('health_monitor_dead_letters_removed_total{reason="retention"}')).toBe(2);
  await replayMany(app, 'all=true');
  expect(
    (await metricsOf(app)).get('health_monitor_dead_letters_replayed_total{outcome="rejected"}'),
  ).toBe(1);
});

describe('a replay', () => {
  let app: App;

  beforeAll(async () => {
    app = await stage.start({ HEALTH_MAX_SERVICES: '3' });
  });

  /** The number of the letter that an event becomes while poison is refused. */
  const letterOf = async (event: string): Promise<string> => {
    await withTable(
      `ADD CONSTRAINT no_poison CHECK (message IS DISTINCT FROM 'poison')`,
      'DROP CONSTRAINT no_poison',
      async () => {
        await append(event);
        await settled(stage.scope, [app]);
      },
    );
    const [newest] = await lettersOf(app);
    if (newest === undefined) throw new Error('there is no letter');
    return newest.id;
  };

  it('of what is still wrong leaves the letter, with the reason of now', async () => {
    const id = randomUUID();
    await append(`{"service_name":"a","status":"up","message_id":"${id}","ttl_seconds":-1}`);
    await settled(stage.scope, [app]);
    await stage.scope.sql(
      `UPDATE health_dead_letters SET reason = 'storage_rejected', detail = 'of old'`,
    );
    const [letter] = await lettersOf(app);
    const result = await replayOne(app, letter?.id ?? '');
    expect(result).toMatchObject({
      outcome: 'rejected',
      reason: 'invalid_field',
      detail: expect.stringContaining('ttl_seconds'),
      message_id: null,
    });
    expect((await lettersOf(app))[0]).toMatchObject({
      reason: 'invalid_field',
      detail: result.detail,
      attempts: 2,
      replayed_at: null,
    });
  });

  it('of what came another way meanwhile is a duplicate, and settles the letter', async () => {
    const event = healthEvent({ service_name: 'twice', message: 'poison' });
    await withTable(
      `ADD CONSTRAINT no_poison CHECK (message IS DISTINCT FROM 'poison')`,
      'DROP CONSTRAINT no_poison',
      async () => {
        await append(JSON.stringify(event));
        await settled(stage.scope, [app]);
      },
    );
    await append(JSON.stringify(event));
    await settled(stage.scope, [app]);
    expect(await replayMany(app, 'all=true')).toMatchObject({ duplicate: 1, stored: 0 });
    expect(await lettersOf(app, '&replayed=true')).toHaveLength(1);
    expect(await stage.scope.count('health_messages')).toBe(1);
  });

  it('holds the bound on services', async () => {
    await append(...['a', 'b', 'c', 'd'].map((name) => `{"service_name":"${name}","status":"up"}`));
    await settled(stage.scope, [app]);
    expect(await replayMany(app, 'reason=too_many_services')).toMatchObject({ rejected: 1 });
    await stage.scope.sql(`DELETE FROM service_instances WHERE service_name = 'a'`);
    await stage.scope.sql(`DELETE FROM service_status WHERE service_name = 'a'`);
    expect(await replayMany(app, 'reason=too_many_services&dry_run=true')).toMatchObject({
      stored: 1,
    });
    expect(await replayMany(app, 'reason=too_many_services')).toMatchObject({ stored: 1 });
  });

  it('does not put an event into a time of which the audit log was removed', async () => {
    await withTable(
      `ADD CONSTRAINT no_poison CHECK (message IS DISTINCT FROM 'poison')`,
      'DROP CONSTRAINT no_poison',
      async () => {
        await append(
          JSON.stringify(healthEvent({ service_name: 'kept', timestamp: daysAgo(3) })),
          JSON.stringify(
            healthEvent({ service_name: 'kept', timestamp: daysAgo(2), message: 'poison' }),
          ),
          JSON.stringify(healthEvent({ service_name: 'kept', status: 'down' })),
        );
        await settled(stage.scope, [app]);
      },
    );
    await stage.scope.sql(
      `DELETE FROM health_messages WHERE occurred_at < now() - interval '1 day'`,
    );
    expect((await replayMany(app, 'all=true')).items).toMatchObject([
      {
        outcome: 'rejected',
        reason: 'timestamp_out_of_window',
        detail: expect.stringMatching(
          /^it is of .*, and the audit log .* is kept from .* on only$/,
        ),
      },
    ]);
  });

  it('of a selection goes a page at a time through what it selects, in order of reception', async () => {
    const { redis, journal, channel } = stage.scope;
    const startMs = Date.now() - 60_000;
    for (let n = 0; n < 5; n += 1) {
      const atUs = String((startMs + n * 1_000) * 1_000);
      await redis.xadd(journal, '*', 'at', atUs, channel, 'nonsense', channel, '[]');
    }
    await settled(stage.scope, [app]);
    const wanted = (await lettersOf(app, '&reason=not_an_object')).map(({ id }) => id).reverse();
    expect(wanted).toHaveLength(5);
    const met: string[] = [];
    let cursor: string | null = null;
    do {
      const after: string = cursor === null ? '' : `&cursor=${cursor}`;
      const page = await replayMany(app, `reason=not_an_object&limit=2${after}`);
      met.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(met).toEqual(wanted);
    expect((await lettersOf(app, '&reason=invalid_json')).map(({ attempts }) => attempts)).toEqual(
      Array(5).fill(1),
    );

    const [from, to] = [1_000, 3_000].map((ms) => new Date(startMs + ms).toISOString());
    const some = await replayMany(app, `from=${from ?? ''}&to=${to ?? ''}&dry_run=true`);
    expect(some.items.map(({ reason }) => reason)).toEqual([
      'invalid_json',
      'not_an_object',
      'invalid_json',
      'not_an_object',
    ]);
  });

  it('of two letters of one event says in a dry run, too, that the second is a duplicate', async () => {
    const event = JSON.stringify(healthEvent({ service_name: 'a', message: 'poison' }));
    await withTable(
      `ADD CONSTRAINT no_poison CHECK (message IS DISTINCT FROM 'poison')`,
      'DROP CONSTRAINT no_poison',
      async () => {
        for (let n = 0; n < 2; n += 1) {
          await append(event);
          await settled(stage.scope, [app]);
        }
      },
    );
    const looked = await replayMany(app, 'all=true&dry_run=true');
    expect(looked).toMatchObject({ stored: 1, duplicate: 1 });
    expect(await replayMany(app, 'all=true')).toEqual({ ...looked, dry_run: false });
  });

  it('is 503, and leaves the letter, while the database is not as it should be', async () => {
    const id = await letterOf('{"service_name":"a","status":"up","message":"poison"}');
    await withTable(
      'RENAME COLUMN version TO edition',
      'RENAME COLUMN edition TO version',
      async () => {
        const before = await everything();
        expect((await post(app, `/${id}/replay`)).status).toBe(503);
        expect((await post(app, `/replay?all=true`)).status).toBe(503);
        expect(await everything()).toEqual(before);
      },
    );
    expect(await replayOne(app, id)).toMatchObject({ outcome: 'stored' });
  });

  it('that has to wait is 503 within 5 s; of many it tells what was done, and where to go on', async () => {
    const first = await letterOf('{"service_name":"a","status":"up","message":"poison"}');
    const second = await letterOf('{"service_name":"b","status":"up","message":"poison"}');
    const client = await stage.scope.database.connect();
    try {
      await client.query('BEGIN');
      await client.query(
        `SELECT FROM ${stage.scope.schema}.health_dead_letters WHERE id = $1 FOR UPDATE`,
        [second],
      );
      const startedMs = performance.now();
      expect((await post(app, `/${second}/replay`)).status).toBe(503);
      expect(performance.now() - startedMs).toBeLessThan(5_000);

      const beganMs = performance.now();
      const some = await replayMany(app, 'all=true');
      expect(performance.now() - beganMs).toBeLessThan(5_000);
      expect(some).toMatchObject({ stored: 1, items: [{ id: first }] });
      await client.query('ROLLBACK');
      const others = await replayMany(app, `all=true&cursor=${some.next_cursor ?? ''}`);
      expect(others).toMatchObject({ stored: 1, items: [{ id: second }], next_cursor: null });
    } finally {
      client.release();
    }
  });

  it.each([
    ['/replay', 400, 'all'],
    ['/replay?all=false', 400, 'all'],
    ['/replay?dry_run=true', 400, 'all'],
    ['/replay?reason=none', 400, 'reason'],
    ['/replay?all=true&limit=1001', 400, 'limit'],
    ['/1/replay?dry_run=yes', 400, 'dry_run'],
    ['/999999999/replay', 404, 'id'],
    ['/x/replay', 404, 'id'],
  ])('%s: %i, and names the field', async (route, status, field) => {
    expect(await post(app, route)).toMatchObject({ status, body: { errors: [{ field }] } });
  });
});
