import { freeConnections } from './database-connections.js';
import { databaseRights } from './database-rights.js';
import { databaseSchema, HYPERTABLE_NAMES } from './database-schema.js';
import { postgresVersion, timescale, writable } from './database-server.js';
import type { Connections, SchemaRights, Server, TableRights } from './database.sql.js';

const SERVER: Server = {
  role: 'app',
  database: 'health',
  version: '17.5',
  version_number: 170_005,
  is_replica: false,
  is_read_only: false,
  timescale_version: '2.19.3',
  timescale_available: '2.19.3',
  timescale_license: 'timescale',
};

describe('a version of PostgreSQL', () => {
  it.each([
    [140_018, 'failed'],
    [150_000, 'ok'],
    [180_001, 'ok'],
    [190_000, 'warning'],
  ])('%d is %s', (version_number, state) => {
    expect(postgresVersion({ ...SERVER, version_number }).state).toBe(state);
  });
});

describe('a server', () => {
  it.each([
    [{ is_replica: true, is_read_only: true }, 'a replica'],
    [{ is_read_only: true }, 'default_transaction_read_only is on'],
  ])('%j takes no writes', (change, found) => {
    expect(writable({ ...SERVER, ...change })).toMatchObject({ state: 'failed', found });
  });
});

describe('TimescaleDB', () => {
  it.each([
    [{}, 'ok', '2.19.3, community edition'],
    [{ timescale_license: 'apache' }, 'ok', '2.19.3, Apache edition'],
    [{ timescale_version: '3.0.0' }, 'ok', '3.0.0, community edition'],
    [{ timescale_version: '2.18.2' }, 'failed', '2.18.2, community edition'],
    [{ timescale_license: null }, 'failed', '2.19.3, and its library is not loaded'],
    [{ timescale_version: null }, 'failed', 'database "health" has no TimescaleDB extension'],
  ])('with %j is %s', (change, state, found) => {
    expect(timescale({ ...SERVER, ...change })).toMatchObject({ state, found });
  });

  it('that the server does not have is to be installed first', () => {
    const none = { ...SERVER, timescale_version: null, timescale_available: null };
    expect(timescale(none).what_to_do).toMatch(/^install TimescaleDB on the server/);
  });
});

describe('connections', () => {
  const FREE: Connections = {
    ...{ max: 100, reserved: 3, role_limit: -1, database_limit: -1 },
    ...{ used: 7, used_by_role: 5, used_in_database: 6 },
  };
  it.each([
    [{}, 6, 'ok', '90 free: max_connections 100, 3 reserved, 7 used by others'],
    [{ used: 8 }, 6, 'failed', '89 free: max_connections 100, 3 reserved, 8 used by others'],
    [{}, 7, 'failed', '90 free: max_connections 100, 3 reserved, 7 used by others'],
    [{ role_limit: 19 }, 1, 'failed', '14 free: limit of the role 19, 5 used by others'],
    [{ role_limit: 20 }, 1, 'ok', '15 free: limit of the role 20, 5 used by others'],
    [{ database_limit: 4 }, 1, 'failed', '0 free: limit of the database 4, 6 used by others'],
  ])('%j for %d instances of 15 are %s', (change, instances, state, found) => {
    expect(freeConnections({ ...FREE, ...change }, 15, instances)).toMatchObject({ state, found });
  });
});

describe('a schema', () => {
  const STATE = { executed: ['one'], pending: [], foreignTables: [], missingTables: [] };
  it.each([
    [{}, HYPERTABLE_NAMES, 'ok', 'up to date'],
    [{ pending: ['two'] }, [], 'ok', '1 migrations done and 1 to run'],
    [{ missingTables: ['health_gaps'] }, HYPERTABLE_NAMES, 'failed', 'no health_gaps'],
    [{}, ['health_messages'], 'failed', 'health_transitions as plain tables'],
    [{ foreignTables: ['service_status'] }, [], 'failed', 'service_status of another application'],
  ])('with %j and the hypertables %j is %s', (change, hypertables, state, found) => {
    const check = databaseSchema('public', { ...STATE, ...change }, hypertables);
    expect(check).toMatchObject({ state, found: expect.stringContaining(found) });
  });
});

describe('rights', () => {
  const ALL: SchemaRights = {
    ...{ is_there: true, can_use: true, can_create_tables: true, can_create_schema: true },
  };
  const NONE: SchemaRights = {
    ...{ is_there: true, can_use: false, can_create_tables: false, can_create_schema: false },
  };
  const OWN: TableRights = { name: 'health_gaps', owner: 'app', is_own: true, missing: [] };
  const GRANTED: TableRights = { ...OWN, owner: 'other', is_own: false };
  const READ_ONLY: TableRights = { ...GRANTED, missing: ['INSERT', 'DELETE'] };

  it.each([
    ['all', ALL, [OWN], false, 'ok', /with all of them/],
    ['a schema that can be made', { ...ALL, is_there: false }, [], true, 'ok', /right to make it/],
    [
      'none to make the schema',
      { ...NONE, is_there: false },
      [],
      true,
      'failed',
      /may not make it/,
    ],
    ['none to use the schema', NONE, [], true, 'failed', /may not use schema/],
    [
      'none to make tables',
      { ...ALL, can_create_tables: false },
      [],
      true,
      'failed',
      /make tables/,
    ],
    ['no tables left to make', { ...ALL, can_create_tables: false }, [OWN], false, 'ok', /all/],
    ['those to read', ALL, [OWN, READ_ONLY], false, 'failed', /not INSERT, DELETE in health_gaps/],
    ["another owner's grant", ALL, [GRANTED], false, 'warning', /does not own health_gaps/],
    ["another owner's grant, to migrate", ALL, [GRANTED], true, 'failed', /does not own/],
  ] as const)('%s', (_, rights, tables, hasPendingMigrations, state, found) => {
    const given = { schema: 's', role: 'app', rights, tables, hasPendingMigrations };
    const check = databaseRights(given);
    expect(check).toMatchObject({ state, found: expect.stringMatching(found) });
    expect(check.what_to_do === null).toBe(state === 'ok');
  });
});
