import type { Target, Workspace } from './workspace.js';

/** Bytes on disk of the tables that grow with every event and every change, indexes included. */
export async function diskBytes({ database }: Workspace, { schema }: Target): Promise<number> {
  const { rows } = await database.query<{ bytes: number }>(
    `SELECT sum(pg_total_relation_size(chunk.inhrelid))::float8 AS bytes
       FROM pg_inherits chunk
      WHERE chunk.inhparent IN ($1::regclass, $2::regclass)`,
    [`${schema}.health_messages`, `${schema}.health_transitions`],
  );
  return rows[0]?.bytes ?? 0;
}

/** Connections to the database, but for the bench's own. */
export async function connections({ database }: Workspace): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend'
        AND pid <> pg_backend_pid()`,
  );
  return rows[0]?.count ?? 0;
}

/** Of the servers measured on. */
export async function versions({ database, redis }: Workspace): Promise<Record<string, string>> {
  const { rows } = await database.query<{ postgres: string; timescale: string }>(
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS postgres,
            (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS timescale`,
  );
  return {
    PostgreSQL: rows[0]?.postgres ?? 'unknown',
    TimescaleDB: rows[0]?.timescale ?? 'none',
    Redis: /^redis_version:(\S+)/m.exec(await redis.info('server'))?.[1] ?? 'unknown',
  };
}
