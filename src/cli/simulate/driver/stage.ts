import pg from 'pg';
import type { Environment } from '../../../config/environment.js';
import { loadEnvironment } from '../../../config/load.js';
import { migrate } from '../../../storage/schema.js';
import { DEFAULT_GRACE_SECONDS, DEFAULT_TTL_SECONDS, EXPIRY_SECONDS } from '../world/service.js';

/** Connections of one sweeping product: its sweeps and its commits come one at a time. */
const POOL_SIZE = 4;

/** The simulation may pause so long, by the clock on the wall, without being taken for blind. */
const MAX_PAUSE_MS = 600_000;

/** The schema that one simulation has to itself, and a connection to look at it with. */
export class Stage {
  private constructor(
    private readonly databaseUrl: string,
    readonly schema: string,
    readonly database: pg.Client,
  ) {}

  /** Empty tables, as the product's migrations make them. */
  static async open(databaseUrl: string, schema: string): Promise<Stage> {
    const database = new pg.Client({
      connectionString: databaseUrl,
      options: `-c search_path=${schema} -c timezone=GMT`,
    });
    await database.connect();
    await database.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    const stage = new Stage(databaseUrl, schema, database);
    await migrate(stage.environment('simulate'));
    return stage;
  }

  /** Of a product that works here. */
  environment(instanceId: string): Environment {
    return loadEnvironment({
      DATABASE_URL: this.databaseUrl,
      DATABASE_SCHEMA: this.schema,
      DATABASE_POOL_SIZE: String(POOL_SIZE),
      REDIS_URL: 'redis://unused',
      HEALTH_INSTANCE_ID: instanceId,
      HEALTH_DEFAULT_TTL_SECONDS: String(DEFAULT_TTL_SECONDS),
      HEALTH_GRACE_SECONDS: String(DEFAULT_GRACE_SECONDS),
      HEALTH_INSTANCE_EXPIRY_SECONDS: String(EXPIRY_SECONDS),
      HEALTH_GAP_AFTER_MS: String(MAX_PAUSE_MS),
      LOG_LEVEL: 'silent',
      LOG_FORMAT: 'json',
    });
  }

  async rows<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    return (await this.database.query<Row>(text, [...values])).rows;
  }

  /** Deletes all that the simulation has made. */
  async close(): Promise<void> {
    await this.database.query(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`);
    await this.database.end();
  }
}
