import { runCommand } from '../support/command.js';
import { Scope } from '../support/scope.js';

/** Migrations that make no table, so that nothing in them can refuse, by the table of the one before. */
const WITHOUT_TABLE: Readonly<Record<string, string>> = {
  health_accounting: 'TransitionOrder1700000000017',
  service_status: 'HistoryReading1700000000007',
};

/** Newest first, as they are reverted; each with a row of it. */
const TABLES = [
  ['health_alerts', `(name, state, since, said_by) VALUES ('a', 'firing', now(), '{}')`],
  ['health_retention', `(messages_from) VALUES (now())`],
  [
    'health_accounting',
    `(minute, boot_id, instance_id, read, stored, duplicate, dead_lettered)
     VALUES (now(), gen_random_uuid(), 'i', 1, 1, 0, 0)`,
  ],
  ['health_holds', `(service_name, instance_id, due_at) VALUES ('a', 'i', now())`],
  ['self_preservation', `(started_at) VALUES (now())`],
  [
    'webhook_deliveries',
    `(service_name, change_id, changed_at, to_status, reason)
     VALUES ('a', 1, now(), 'healthy', 'event')`,
  ],
  ['health_observation', `(covered_through, committed_at) VALUES (now(), now())`],
  ['health_gaps', `(started_at, cause) VALUES (now(), 'not_running')`],
  [
    'health_silences',
    `(service_name, instance_id, due_at, received_at, message_id)
     VALUES ('a', 'i', now(), now(), gen_random_uuid())`,
  ],
  ['service_settings', `(service_name, changed_at) VALUES ('a', now())`],
  ['service_deletions', `(service_name, deleted_at, received_through) VALUES ('a', now(), now())`],
  ['service_status', `(service_name) VALUES ('a')`],
  [
    'service_instances',
    `(service_name, instance_id, current_status, status_since, last_seen, last_occurred_at,
      newest_received_at, newest_message_id, message_count, reported_status, reported_since,
      first_seen, last_message_id)
     VALUES ('a', 'i', 'healthy', now(), now(), now(), now(), gen_random_uuid(), 1, 'healthy', now(),
             now(), gen_random_uuid())`,
  ],
  [
    'health_dead_letters',
    `(journal_id, event_index, source, reason, detail, raw, attempts, received_at)
     VALUES ('1-1', 0, 'c', 'invalid_json', 'd', '', 1, now())`,
  ],
  [
    'health_status_changes',
    `(service_name, changed_at, to_status, reason) VALUES ('a', now(), 'healthy', 'event')`,
  ],
  [
    'health_transitions',
    `(occurred_at, service_name, instance_id, message_id, received_at, to_status, reason)
     VALUES (now(), 'a', 'i', gen_random_uuid(), now(), 'healthy', 'event')`,
  ],
  [
    'health_messages',
    `(occurred_at, message_id, received_at, service_name, instance_id, status, payload)
     VALUES (now(), gen_random_uuid(), now(), 'a', 'i', 'healthy', '{}')`,
  ],
] as const;

const MIGRATIONS = TABLES.length + Object.keys(WITHOUT_TABLE).length;
const NAMES = TABLES.map(([name]) => name).sort();

describe('migrations', () => {
  let scope: Scope;

  beforeEach(async () => {
    scope = await Scope.open();
  });

  afterEach(async () => {
    await scope.close();
  });

  const migrate = async (): ReturnType<typeof runCommand> =>
    await runCommand('src/cli/migrate.js', scope.environment);
  const revert = async (...options: string[]): ReturnType<typeof runCommand> =>
    await runCommand('src/cli/revert.js', scope.environment, options);

  const tables = async (): Promise<string[]> => {
    const rows = await scope.sql<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = $1
        AND tablename <> 'health_monitor_migrations' ORDER BY tablename COLLATE "C"`,
      [scope.schema],
    );
    return rows.map(({ name }) => name);
  };

  /** What owns no table and comes after the one that makes this table goes back without force. */
  const revertWithoutTable = async (table: string): Promise<void> => {
    const name = WITHOUT_TABLE[table];
    if (name === undefined) return;
    expect(await revert()).toMatchObject({ code: 0, stdout: `reverted ${name}\n` });
  };

  it('make all tables, and have nothing to do the second time', async () => {
    const first = await migrate();
    const second = await migrate();

    expect(first).toMatchObject({ code: 0, errorLines: [] });
    expect(first.stdout.trim().split('\n')).toHaveLength(MIGRATIONS);
    expect(await tables()).toEqual(NAMES);
    expect(second).toMatchObject({ code: 0, errorLines: [] });
    expect(second.stdout).toContain('up to date');
  });

  it('go back one by one, and not over a table with rows unless forced', async () => {
    await migrate();
    for (const [name, row] of TABLES) await scope.sql(`INSERT INTO ${name} ${row}`);

    for (const [name] of TABLES) {
      await revertWithoutTable(name);
      const refused = await revert();
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.errorLines).toEqual([expect.stringContaining(`${name} still holds rows`)]);
      expect(await scope.count(name)).toBe(1);

      expect(await revert('--force')).toMatchObject({ code: 0, errorLines: [] });
      expect(await tables()).not.toContain(name);
    }
    expect(await tables()).toEqual([]);
    expect((await revert()).stdout).toContain('nothing is left to revert');
  });

  it('go back over an empty table without force, and forth again', async () => {
    await migrate();
    await revertWithoutTable(TABLES[0][0]);

    expect(await revert()).toMatchObject({ code: 0, errorLines: [] });
    expect(await tables()).toEqual(NAMES.filter((name) => name !== TABLES[0][0]));
    const isAlone = WITHOUT_TABLE[TABLES[0][0]] === undefined;
    expect((await migrate()).stdout.trim().split('\n')).toHaveLength(isAlone ? 1 : 2);
    expect(await tables()).toEqual(NAMES);
  });

  it('are run once by instances that start at the same time', async () => {
    const results = await Promise.all([migrate(), migrate(), migrate()]);

    expect(results.map(({ code, errorLines }) => ({ code, errorLines }))).toEqual(
      results.map(() => ({ code: 0, errorLines: [] })),
    );
    const applied = results.flatMap(({ stdout }) => stdout.match(/^applied /gm) ?? []);
    expect(applied).toHaveLength(MIGRATIONS);
    expect(await tables()).toEqual(NAMES);
  });

  it('refuse tables of these names that are another application’s, and leave them alone', async () => {
    await scope.sql(`CREATE TABLE ${scope.schema}.health_messages (id integer)`);
    await scope.sql(`INSERT INTO ${scope.schema}.health_messages VALUES (7)`);

    const refused = await migrate();

    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.errorLines).toEqual([expect.stringMatching(/health_messages.*DATABASE_SCHEMA/)]);
    expect(await scope.sql(`SELECT * FROM ${scope.schema}.health_messages`)).toEqual([{ id: 7 }]);
    expect(await tables()).toEqual(['health_messages']);
  });
});
