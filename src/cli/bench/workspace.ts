import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import { migrate } from '../../storage/schema.js';
import { createGuideTables } from './guide-tables.js';
import type { PrivateServices } from '../private-services.js';

/** What one measurement works with: its own schema, its own keys and channel, all empty. */
export interface Target {
  readonly schema: string;
  readonly journalKey: string;
  readonly channel: string;
}

/**
 * The corner of the services that a run has to itself: two schemas and one prefix of Redis keys.
 * Nothing else is written or deleted.
 */
export class Workspace {
  private readonly id = `bench_${randomBytes(4).toString('hex')}`;
  private targets = 0;

  private constructor(
    readonly services: PrivateServices,
    readonly database: pg.Client,
    readonly redis: Redis,
  ) {}

  static async open(services: PrivateServices): Promise<Workspace> {
    const database = new pg.Client({ connectionString: services.databaseUrl });
    await database.connect();
    return new Workspace(services, database, new Redis(services.redisUrl));
  }

  /** Empty tables as this product's migrations make them. */
  async productTarget(): Promise<Target> {
    const target = await this.newTarget('');
    await migrate({
      DATABASE_URL: this.services.databaseUrl,
      DATABASE_SCHEMA: target.schema,
      DATABASE_POOL_SIZE: 1,
      HEALTH_INSTANCE_ID: 'bench',
    });
    return target;
  }

  /** Empty tables as the guide has them. */
  async guideTarget(): Promise<Target> {
    const target = await this.newTarget('_guide');
    await this.database.query(`CREATE SCHEMA ${target.schema}`);
    await createGuideTables(this.database, target.schema);
    return target;
  }

  /** Events that are in the database, by the counters that are committed with the rows. */
  async stored({ schema }: Target): Promise<number> {
    const { rows } = await this.database.query<{ stored: number }>({
      name: `stored_${schema}_${String(this.targets)}`,
      text: `SELECT coalesce(sum(message_count), 0)::float8 AS stored FROM ${schema}.service_status`,
    });
    return rows[0]?.stored ?? 0;
  }

  /** Rows of the audit log, counted. */
  async rows({ schema }: Target): Promise<number> {
    const { rows } = await this.database.query<{ count: number }>(
      `SELECT count(*)::float8 AS count FROM ${schema}.health_messages`,
    );
    return rows[0]?.count ?? 0;
  }

  /** Of the servers measured on. */
  async versions(): Promise<Record<string, string>> {
    const { rows } = await this.database.query<{ postgres: string; timescale: string }>(
      `SELECT current_setting('server_version') AS postgres,
              (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS timescale`,
    );
    const redis = /^redis_version:(\S+)/m.exec(await this.redis.info('server'))?.[1] ?? 'unknown';
    return {
      PostgreSQL: rows[0]?.postgres ?? 'unknown',
      TimescaleDB: rows[0]?.timescale ?? 'none',
      Redis: redis,
    };
  }

  /** Deletes all that this run has made, and closes the connections. */
  async close(): Promise<void> {
    await this.dropSchema('');
    await this.dropSchema('_guide');
    await this.deleteKeys();
    this.redis.disconnect();
    await this.database.end();
  }

  private async newTarget(suffix: string): Promise<Target> {
    this.targets += 1;
    await this.dropSchema(suffix);
    await this.deleteKeys();
    await this.checkpoint();
    const name = `${this.id}:${String(this.targets)}`;
    return { schema: this.id + suffix, journalKey: `{${name}}:journal`, channel: `${name}:events` };
  }

  private async dropSchema(suffix: string): Promise<void> {
    await this.database.query(`DROP SCHEMA IF EXISTS ${this.id}${suffix} CASCADE`);
  }

  private async deleteKeys(): Promise<void> {
    for await (const keys of this.redis.scanStream({ match: `{${this.id}:*`, count: 1_000 })) {
      if (Array.isArray(keys) && keys.length > 0) await this.redis.unlink(keys.map(String));
    }
  }

  /** So that no measurement writes out the pages of the one before. */
  private async checkpoint(): Promise<void> {
    const { adminDatabaseUrl } = this.services;
    if (adminDatabaseUrl === null) return;
    const admin = new pg.Client({ connectionString: adminDatabaseUrl });
    await admin.connect();
    await admin.query('CHECKPOINT');
    await admin.end();
  }
}
