import type { DataSource } from 'typeorm';
import type { Environment } from '../../config/environment.js';
import { textOf } from '../../runtime/error-text.js';
import { createDataSource } from '../../storage/data-source.js';
import { schemaState, tableNames } from '../../storage/schema-state.js';
import { type Check, requirement } from './check.js';
import { databaseReached, databaseUnreachable } from './database-access.js';
import { freeConnections } from './database-connections.js';
import { databaseRights } from './database-rights.js';
import { databaseSchema } from './database-schema.js';
import { postgresVersion, timescale, writable } from './database-server.js';
import {
  CLOCK,
  CONNECTIONS,
  type Connections,
  HYPERTABLES,
  SCHEMA_RIGHTS,
  type SchemaRights,
  SERVER,
  type Server,
  TABLE_RIGHTS,
  type TableRights,
} from './database.sql.js';

/** A session as an instance has it, or the reason why there is none. */
export type DatabaseSession =
  | { readonly dataSource: DataSource; readonly check: Check }
  | { readonly dataSource: null; readonly check: Check };

/** To be destroyed by the caller. */
export async function openDatabase(environment: Environment): Promise<DatabaseSession> {
  const { DATABASE_URL: url } = environment;
  try {
    const { DATABASE_SCHEMA, HEALTH_INSTANCE_ID } = environment;
    const dataSource = await createDataSource({
      ...{ DATABASE_URL: url, DATABASE_SCHEMA, HEALTH_INSTANCE_ID },
      DATABASE_POOL_SIZE: 1,
    }).initialize();
    return { dataSource, check: databaseReached(url) };
  } catch (error) {
    return { dataSource: null, check: databaseUnreachable(url, error) };
  }
}

export async function databaseChecks(
  dataSource: DataSource,
  environment: Environment,
  instances: number,
): Promise<Check[]> {
  const server = await only<Server>(dataSource, SERVER);
  return [
    postgresVersion(server),
    writable(server),
    timescale(server),
    ...(await schemaChecks(dataSource, environment, server)),
    freeConnections(
      await only<Connections>(dataSource, CONNECTIONS),
      environment.DATABASE_POOL_SIZE,
      instances,
    ),
  ];
}

/** In µs since 1970, by the server's clock. */
export async function databaseClockUs(dataSource: DataSource): Promise<number> {
  return Number((await only<{ us: string }>(dataSource, CLOCK)).us);
}

async function schemaChecks(
  dataSource: DataSource,
  { DATABASE_SCHEMA: schema }: Environment,
  server: Server,
): Promise<Check[]> {
  const rights = await only<SchemaRights>(dataSource, SCHEMA_RIGHTS, [schema]);
  if (rights.is_there && !rights.can_use) {
    const given = { schema, role: server.role, rights, tables: [], hasPendingMigrations: true };
    return [databaseRights(given)]; // what is in it cannot be seen
  }
  const names = tableNames(dataSource);
  const tables = await dataSource.query<TableRights[]>(TABLE_RIGHTS, [schema, names]);
  try {
    const state = await schemaState(dataSource, schema);
    const hasTables = state.executed.length > 0;
    const hypertables =
      hasTables && server.timescale_version !== null
        ? await dataSource.query<{ name: string }[]>(HYPERTABLES, [schema])
        : [];
    return [
      databaseSchema(
        schema,
        state,
        hypertables.map(({ name }) => name),
      ),
      databaseRights({
        ...{ schema, role: server.role, rights, tables: hasTables ? tables : [] },
        hasPendingMigrations: state.pending.length > 0,
      }),
    ];
  } catch (error) {
    // The table of migrations may not be read: what is missing is told of the others too.
    const unreadable = requirement('database schema', 'tables that this role may read');
    return [
      unreadable.failed(textOf(error), 'give DATABASE_URL the role that owns the tables'),
      databaseRights({ schema, role: server.role, rights, tables, hasPendingMigrations: false }),
    ];
  }
}

async function only<Row>(
  dataSource: DataSource,
  statement: string,
  values: unknown[] = [],
): Promise<Row> {
  const rows = await dataSource.query<Row[]>(statement, values);
  const [row] = rows;
  if (row === undefined) throw new Error('PostgreSQL told nothing of itself');
  return row;
}
