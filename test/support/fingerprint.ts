import type { Client } from 'pg';

/**
 * All that a schema holds, a line for each object and for each row, sorted: equal before and after
 * where nobody has changed anything. Of TimescaleDB's own objects in it, too. The numbers that
 * PostgreSQL itself keeps about a table are left out.
 */
export async function fingerprint(database: Client, schema: string): Promise<string[]> {
  const objects = await database.query<{ line: string }>(OBJECTS, [schema]);
  const tables = await database.query<{ name: string }>(TABLES, [schema]);
  const rows: string[] = [];
  for (const { name } of tables.rows) {
    const found = await database.query<{ line: string }>(
      `SELECT 'row of ${name} ' || t::text AS line FROM ${name} t`,
    );
    rows.push(...found.rows.map(({ line }) => line));
  }
  return [...objects.rows.map(({ line }) => line), ...rows].sort();
}

const TABLES = `
  SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = $1`;

/** Relations are tables, indexes, sequences, views and materialized views. */
const OBJECTS = `
  WITH space AS (SELECT * FROM pg_namespace WHERE nspname = $1),
       relation AS (SELECT c.* FROM pg_class c JOIN space ON space.oid = c.relnamespace)
  SELECT format('schema %s %s', nspowner::regrole, nspacl) AS line FROM space
  UNION ALL
  SELECT format('relation %s %s %s %s %s', relkind, relname, relowner::regrole, reloptions, relacl)
    FROM relation
  UNION ALL
  SELECT format('column %s %s %s %s %s %s', r.relname, a.attnum, a.attname,
                format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  UNION ALL
  SELECT format('index %s', pg_get_indexdef(i.indexrelid))
    FROM relation r JOIN pg_index i ON i.indrelid = r.oid
  UNION ALL
  SELECT format('constraint %s %s %s', r.relname, o.conname, pg_get_constraintdef(o.oid))
    FROM relation r JOIN pg_constraint o ON o.conrelid = r.oid
  UNION ALL
  SELECT format('trigger %s %s', r.relname, pg_get_triggerdef(t.oid))
    FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid
  UNION ALL
  SELECT format('function %s %s %s %s', p.oid::regprocedure, p.proowner::regrole, p.proacl,
                md5(p.prosrc))
    FROM pg_proc p JOIN space ON space.oid = p.pronamespace
  UNION ALL
  SELECT format('type %s %s', t.typname, t.typowner::regrole)
    FROM pg_type t JOIN space ON space.oid = t.typnamespace
  UNION ALL
  SELECT format('chunk %s %s %s %s', c.hypertable_name, c.chunk_name, c.range_start, c.range_end)
    FROM timescaledb_information.chunks c WHERE c.hypertable_schema = $1`;
