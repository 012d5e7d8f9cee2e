import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import { migrate } from '../../storage/schema.js';
import { createGuideTables } from './guide-tables.js';
import type { PrivateServices } from '../private-services.js';
import { Meter } from './usage.js';

/** What one measurement works with: its own schema, its own keys and channel, all empty. */
export interface Target {
  readonly schema: string;
  readonly journalKey: string;
  readonly channel: string;
  /** What its tables held before the measurement. */
  readonly before: { readonly rows: number; readonly stored: number };
}

const NOTHING = { rows: 0, stored: 0 };
const SUFFIXES = ['', '_guide', '_grown'] as const;

/**
 * The corner of the services that a run has to itself: three schemas and one prefix of Redis keys.
 * Nothing else is written or deleted.
 */
export class Workspace {
  private readonly id = `bench_${randomBytes(4).toString('hex')}`;
  private targets = 0;

  private constructor(
    readonly services: PrivateServices,
    readonly database: pg.Client,
    readonly redis: Redis,
    readonly meter: Meter,
  ) {}

  static async open(services: PrivateServices): Promise<Workspace> {
    const database = new pg.Client({ connectionString: services.databaseUrl });
    await database.connect();
    const redis = new Redis(services.redisUrl);
    return new Workspace(services, database, redis, await Meter.of(database, redis));
  }

  /** Empty tables as this product's migrations make them. */
  async productTarget(suffix: '' | '_grown' = ''): Promise<Target> {
    const target = await this.newTarget(suffix);
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

  /** The same tables with what they hold, a new journal and channel. */
  async again({ schema }: Target): Promise<Target> {
    const target = { ...(await this.withKeys(schema)), before: NOTHING };
    return {
      ...target,
      before: { rows: await this.rows(target), stored: await this.stored(target) },
    };
  }

  /** Events that are in the database, by the counters that are committed with the rows. */
  async stored({ schema, before }: Target): Promise<number> {
    const { rows } = await this.database.query<{ stored: number }>({
      name: `stored_${schema}_${this.targets}`,
      text: `SELECT coalesce(sum(message_count), 0)::float8 AS stored FROM ${schema}.service_status`,
    });
    return (rows[0]?.stored ?? 0) - before.stored;
  }

  /** Rows of the audit log, counted. */
  async rows({ schema, before }: Target): Promise<number> {
    const { rows } = await this.database.query<{ count: number }>(
      `SELECT count(*)::float8 AS count FROM ${schema}.health_messages`,
    );
    return (rows[0]?.count ?? 0) - before.rows;
  }

  /** Deletes all that this run has made, and closes the connections. */
  async close(): Promise<void> {
    for (const suffix of SUFFIXES) await this.dropSchema(suffix);
    await this.deleteKeys();
    this.redis.disconnect();
    await this.database.end();
  }

  private async newTarget(suffix: (typeof SUFFIXES)[number]): Promise<Target> {
    await this.dropSchema(suffix);
    return { ...(await this.withKeys(this.id + suffix)), before: NOTHING };
  }

  private async withKeys(schema: string): Promise<Omit<Target, 'before'>> {
    this.targets += 1;
    await this.deleteKeys();
    await this.checkpoint();
    const name = `${this.id}:${this.targets}`;
    return { schema, journalKey: `{${name}}:journal`, channel: `${name}:events` };
  }

  private async dropSchema(suffix: (typeof SUFFIXES)[number]): Promise<void> {
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
