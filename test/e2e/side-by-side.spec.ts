import pg from 'pg';
import { runCommand } from '../support/command.js';
import { differences } from '../support/differences.js';
import { type EventDocument, healthEvent } from '../support/factories.js';
import { fingerprint } from '../support/fingerprint.js';
import { publishAtRate } from '../support/load.js';
import { MigrationGuide } from '../support/migration-guide.js';
import { describeWithAdmin, OwnDatabase } from '../support/own-database.js';
import { Predecessor } from '../support/predecessor.js';
import { settled } from '../support/settled.js';
import { useStage } from '../support/stage.js';
import { SteadyPublisher } from '../support/steady-publisher.js';
import { waitUntil } from '../support/wait-until.js';

const PER_SECOND = 300;
/** Of each phase, at least. */
const EVENTS = 1_000;
/** For a phase, or the start of a process, on a machine with other work. */
const PATIENCE = { deadlineMs: 30_000 };
const REFUSAL =
  /^schema "public" already holds health_messages, service_status of another application: set DATABASE_SCHEMA to [^.]*$/;

const stage = useStage();

describeWithAdmin("the predecessor's tables in public, and its consumer on the channel", () => {
  let own: OwnDatabase;
  let database: pg.Client;
  let predecessor: Predecessor;
  let guide: MigrationGuide;
  const early = Array.from({ length: EVENTS }, (_, index) => eventAt(index));

  beforeAll(async () => {
    guide = await MigrationGuide.read();
    own = await OwnDatabase.create(stage.scope.id, { hasTimescale: true });
    database = new pg.Client({ connectionString: own.url });
    await database.connect();
    predecessor = await Predecessor.install(stage.scope, own.url);
    await predecessor.start();
    await publishAtRate(stage.scope, PER_SECOND, early);
    await waitUntil(
      'they are stored',
      async () => (await predecessor.ids()).length === EVENTS,
      PATIENCE,
    );
  });

  afterAll(async () => {
    await predecessor.close();
    await database.end();
    await own.drop();
  });

  const environment = (schema: string): Record<string, string> => ({
    DATABASE_URL: own.url,
    DATABASE_SCHEMA: schema,
  });
  const query = async <Row extends pg.QueryResultRow>(statement: string): Promise<Row[]> =>
    (await database.query<Row>(statement)).rows;
  const names = async (select: string): Promise<string[]> =>
    (await query<{ name: string }>(select)).map(({ name }) => name);
  const ourIds = async (): Promise<string[]> =>
    await names('SELECT message_id::text AS name FROM health_monitor.health_messages ORDER BY 1');
  const schemas = async (): Promise<string[]> =>
    await names(
      `SELECT nspname AS name FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)' ORDER BY 1`,
    );
  const inPublic = async (): Promise<string[]> => await fingerprint(database, 'public');
  /** Without what the predecessor itself makes as it goes on. */
  const objectsInPublic = async (): Promise<string[]> =>
    (await inPublic()).filter((line) => !/^(row|chunk) /.test(line));

  it('are left alone by an instance with the default schema, which says what to set', async () => {
    const before = { lines: await inPublic(), schemas: await schemas() };

    const { code, stdout, errorLines } = await runCommand('src/cli/migrate.js', {
      ...stage.scope.environment,
      ...environment(''),
    });
    const app = stage.spawn(environment(''));
    await waitUntil('it listens', () => app.logged('app.started').length > 0, PATIENCE);
    const line = await waitUntil('it says so', () => app.logged('database.closed')[0], PATIENCE);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(errorLines).toEqual([expect.stringMatching(REFUSAL)]);
    expect(line).toMatchObject({ level: 'error', problem: expect.stringMatching(REFUSAL) });
    expect(await app.isReady()).toBe(false);
    expect((await app.stop()).code).toBe(0);
    expect(differences(await inPublic(), before.lines)).toBeNull();
    expect(await schemas()).toEqual(before.schemas);
  });

  it('go on beside ours in a schema of its own, which has every event since it listens', async () => {
    const { scope } = stage;
    const objects = await objectsInPublic();
    const publisher = SteadyPublisher.start(scope, PER_SECOND, eventAt);
    const more = async (): Promise<void> => {
      const wanted = publisher.published.length + EVENTS;
      await waitUntil('more are published', () => publisher.published.length >= wanted, PATIENCE);
    };
    try {
      await more();
      const ours = await stage.start(environment('health_monitor'));
      const besideFrom = new Date().toISOString();
      await more();
      const stored = [...publisher.published];
      const heardByBoth = stored.filter(({ receivers }) => receivers === 2);
      await waitUntil(
        'both have them',
        async () =>
          (await predecessor.ids()).length >= EVENTS + stored.length &&
          (await ourIds()).length >= heardByBoth.length,
        PATIENCE,
      );
      await predecessor.stop();
      const left = await inPublic();
      await more();
      const published = await publisher.stop();
      await scope.redis.publish(scope.channel, '{"status":"healthy"}');
      const [stats] = await settled(scope, [ours]);

      // Redis says who heard what: the predecessor, then both, then ours.
      const receivers = published.map((one) => one.receivers);
      expect(receivers.join('')).toMatch(/^1+2+1+$/);
      const events = published.map(({ event }) => event);
      const heardByOurs = events.slice(receivers.indexOf(2));
      const ids = await ourIds();
      expect(differences(ids, idsOf(heardByOurs))).toBeNull();
      expect(stats).toMatchObject({ stored: ids.length, duplicate: 0, dead_lettered: 1 });

      // The predecessor's tables: its own work up to its end, and nobody else's.
      const itsIds = await predecessor.ids();
      const surely = [...idsOf(early), ...idsOf(stored.map(({ event }) => event))];
      const heardByIt = idsOf(events.slice(0, receivers.lastIndexOf(2) + 1));
      expect(differences(without(surely, itsIds), [])).toBeNull();
      expect(differences(without(itsIds, [...idsOf(early), ...heardByIt]), [])).toBeNull();
      expect(await predecessor.writes()).toEqual(
        ['health_messages', 'service_status'].map((table) => ({
          application: 'predecessor',
          table,
          rows: itsIds.length,
        })),
      );
      expect(differences(await inPublic(), left)).toBeNull();
      expect(differences(await objectsInPublic(), objects)).toBeNull();

      // What the document tells to run: no difference while both ran, all of it after that.
      const besideTo = `${String(stored.at(-1)?.event.timestamp).slice(0, 23)}Z`;
      const end = new Date(Date.now() + 1_000).toISOString();
      const beside = heardByOurs.filter((event) => isBetween(event, besideFrom, besideTo));
      expect(await query(guide.compareCounts(besideFrom, besideTo))).toEqual(countsOf(beside));
      expect(differences(await query(guide.compareEvents(besideFrom, besideTo)), [])).toBeNull();
      const lacking = await query<{ id: string }>(guide.compareEvents(besideTo, end));
      expect(differences(lacking.map(({ id }) => id).sort(), without(ids, itsIds))).toBeNull();
      expect(lacking).toEqual(
        lacking.map(({ id }) => ({ id, has_predecessor: false, has_health_monitor: true })),
      );
      expect(await query(guide.countDeadLetters)).toEqual([
        { reason: 'missing_service_name', events: 1 },
      ]);
    } finally {
      await publisher.stop();
    }
  });

  it('are as they were, and serve again, when ours is removed', async () => {
    const { channel, id, journal, redis } = stage.scope;
    const before = { lines: await inPublic(), schemas: await schemas() };

    await query(guide.dropOurs);
    await redis.del(journal);
    await predecessor.start();
    const lines = await inPublic();
    const event = eventAt(0);
    await redis.publish(channel, JSON.stringify(event));

    expect(differences(lines, before.lines)).toBeNull();
    expect(await schemas()).toEqual(without(before.schemas, ['health_monitor']));
    expect(
      await names('SELECT DISTINCT hypertable_schema AS name FROM timescaledb_information.chunks'),
    ).toEqual(['public']);
    await waitUntil('it stores again', async () =>
      (await predecessor.ids()).includes(String(event.message_id)),
    );
    const lifetimes = (await redis.keys(`*test:${id}:*`)).map(async (key) => await redis.ttl(key));
    for (const seconds of await Promise.all(lifetimes)) expect(seconds).not.toBe(-1); // no end
  });
});

/** With the time as Python's isoformat() writes it, to the microsecond. */
function eventAt(index: number): EventDocument {
  const micros = String((index * 7) % 1_000).padStart(3, '0');
  return healthEvent({
    service_name: `service-${index % 10}`,
    status: ['healthy', 'degraded', 'unhealthy'][index % 3],
    timestamp: new Date().toISOString().replace('Z', `${micros}Z`),
  });
}

const idsOf = (events: readonly EventDocument[]): string[] =>
  events.map(({ message_id }) => String(message_id)).sort();

function without(items: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return items.filter((item) => !known.has(item));
}

/** To the millisecond; `to` is outside. */
function isBetween({ timestamp }: EventDocument, from: string, to: string): boolean {
  const ms = `${String(timestamp).slice(0, 23)}Z`;
  return ms >= from && ms < to;
}

/** What the first statement of the document answers where both have these events. */
function countsOf(events: readonly EventDocument[]): unknown[] {
  const names = [...new Set(events.map(({ service_name }) => service_name))].sort();
  return names.map((service_name) => {
    const count = events.filter((event) => event.service_name === service_name).length;
    return { service_name, predecessor: count, health_monitor: count };
  });
}
