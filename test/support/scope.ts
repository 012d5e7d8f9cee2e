import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import { journalKeys, type JournalKeys } from '../../src/journal/keys.js';
import { testServices } from './services.js';

const READERS = 4;

export interface ScopeServices {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

/**
 * What one test file has to itself on services that all share: a schema, a channel, a journal with
 * its group, and connections to look at them with.
 */
export class Scope {
  readonly id = randomBytes(5).toString('hex');
  readonly schema = `test_${this.id}`;
  readonly channel = `test:${this.id}:events`;
  readonly journal = `test:${this.id}:journal`;
  readonly group = `test-${this.id}`;
  readonly keys: JournalKeys = journalKeys(this.journal);
  /** The scope's schema is on its search path. */
  readonly database: pg.Pool;
  readonly redis: Redis;

  private constructor(private readonly services: ScopeServices) {
    const { databaseUrl, redisUrl } = services;
    this.database = new pg.Pool({
      connectionString: databaseUrl,
      max: READERS,
      options: `-c search_path=${this.schema},public`,
      application_name: `test ${this.id}`,
    });
    this.database.on('error', () => undefined); // the statement that meets it reports it
    this.redis = new Redis(redisUrl, { lazyConnect: true });
  }

  /** On the services under test, or in place of one of them on another. */
  static async open(services: Partial<ScopeServices> = {}): Promise<Scope> {
    const scope = new Scope({ ...testServices(), ...services });
    await scope.redis.connect();
    await scope.sql(`CREATE SCHEMA ${scope.schema}`);
    return scope;
  }

  /** Environment of an instance that works in this scope and listens on a free port. */
  get environment(): Record<string, string> {
    const { databaseUrl, redisUrl } = this.services;
    return {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      DATABASE_SCHEMA: this.schema,
      DATABASE_POOL_SIZE: '8',
      HEALTH_CHANNELS: this.channel,
      HEALTH_JOURNAL_KEY: this.journal,
      HEALTH_CONSUMER_GROUP: this.group,
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_FORMAT: 'json',
    };
  }

  /** Runs one statement; tables are found in the scope's schema. */
  async sql<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    return (await this.database.query<Row>(text, [...values])).rows;
  }

  /** Rows of a table, or of those that a condition selects. */
  async count(table: string, where = 'true', values: readonly unknown[] = []): Promise<number> {
    const rows = await this.sql<{ n: number }>(
      `SELECT count(*)::integer AS n FROM ${table} WHERE ${where}`,
      values,
    );
    return rows[0]?.n ?? 0;
  }

  /** Journal entries that were delivered and not acknowledged. */
  async pendingEntries(): Promise<number> {
    if ((await this.redis.exists(this.journal)) === 0) return 0;
    const groups = (await this.redis.xinfo('GROUPS', this.journal)) as unknown[][];
    const ours = groups.find((fields) => fields[fields.indexOf('name') + 1] === this.group);
    return ours === undefined ? 0 : Number(ours[ours.indexOf('pending') + 1]);
  }

  /** Connections to PostgreSQL that instances of this scope hold. */
  async connectionsOf(instanceIds: readonly string[]): Promise<number> {
    const rows = await this.sql<{ n: number }>(
      `SELECT count(*)::integer AS n FROM pg_stat_activity WHERE application_name = ANY ($1)`,
      [instanceIds.map((id) => `health-monitor ${id}`)],
    );
    return rows[0]?.n ?? 0;
  }

  /** Deletes all that the scope had. */
  async close(): Promise<void> {
    await this.sql(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`);
    await this.database.end();
    await this.deleteKeys();
    await this.redis.quit();
  }

  private async deleteKeys(): Promise<void> {
    for await (const keys of this.redis.scanStream({ match: `*test:${this.id}:*`, count: 5_000 })) {
      const names = keys as string[];
      if (names.length > 0) await this.redis.unlink(...names);
    }
  }
}
