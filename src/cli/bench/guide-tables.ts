import type { Client } from 'pg';

/**
 * Makes the two tables of the guide's design in a schema that exists. One index serves its queries by
 * service, one those by time; the hypertable has none but these and its key.
 */
export async function createGuideTables(client: Client, schema: string): Promise<void> {
  await client.query(`
    CREATE TABLE ${schema}.health_messages (
      id           uuid        NOT NULL,
      service_name text        NOT NULL,
      status       text        NOT NULL,
      timestamp    timestamptz NOT NULL,
      received_at  timestamptz NOT NULL DEFAULT now(),
      payload      jsonb       NOT NULL,
      PRIMARY KEY (id, timestamp)
    )`);
  const { rows } = await client.query<{ schema: string }>(
    `SELECT extnamespace::regnamespace::text AS schema FROM pg_extension WHERE extname = 'timescaledb'`,
  );
  const extension = rows[0]?.schema;
  if (extension === undefined) throw new Error('the database has no TimescaleDB extension');
  await client.query(
    `SELECT ${extension}.create_hypertable('${schema}.health_messages', 'timestamp',
                                           chunk_time_interval => interval '1 day')`,
  );
  await client.query(`CREATE INDEX ON ${schema}.health_messages (service_name, timestamp DESC)`);
  await client.query(`
    CREATE TABLE ${schema}.service_status (
      service_name   text PRIMARY KEY,
      current_status text        NOT NULL,
      last_seen      timestamptz NOT NULL,
      message_count  bigint      NOT NULL
    )`);
}

/** The guide's first statement of a message. */
export const insertMessage = (schema: string): { name: string; text: string } => ({
  name: 'guide_insert_message',
  text: `INSERT INTO ${schema}.health_messages (id, service_name, status, timestamp, payload)
         VALUES ($1, $2, $3, $4, $5)`,
});

/** The guide's second. */
export const upsertStatus = (schema: string): { name: string; text: string } => ({
  name: 'guide_upsert_status',
  text: `INSERT INTO ${schema}.service_status AS s (service_name, current_status, last_seen, message_count)
         VALUES ($1, $2, $3, 1)
         ON CONFLICT (service_name) DO UPDATE SET
           current_status = excluded.current_status, last_seen = excluded.last_seen,
           message_count = s.message_count + 1`,
});
