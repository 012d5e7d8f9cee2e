import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Pool, QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import { concreteChannel, parseChannels } from '../../config/channels.js';
import { Environment } from '../../config/environment.js';
import { journalKeys } from '../../journal/keys.js';
import { Log } from '../../observability/log.js';
import { pause } from '../../runtime/backoff.js';
import { textOf } from '../../runtime/error-text.js';
import { connectInBackground, createRedis } from '../../runtime/redis.js';
import { createDataSource } from '../../storage/data-source.js';
import { Database } from '../../storage/database.js';
import { CheckFailed } from './checklist.js';
import { Ledger } from './events.js';
import { JournalView } from './journal-view.js';
import { RestClient } from './rest-client.js';
import { RESERVED_PREFIX } from './statements.sql.js';

/** Connections beside those that are tried all at once: one holds a lock, one looks. */
const POOL_SIZE = 3;
const REDIS_WAIT_MS = 3_000;
const POLL_MS = 20;

/** The running deployment from outside, and what this run published there. */
export class Deployment {
  readonly serviceName = RESERVED_PREFIX + randomBytes(4).toString('hex');
  readonly channel: string;
  readonly rest: RestClient;
  readonly journal: JournalView;
  readonly ledger = new Ledger();
  /** As those of an instance, under a name of its own. */
  readonly environment: Environment;
  private readonly dataSource: DataSource;
  private readonly database: Database;
  private readonly redis: Redis;
  private redisProblem = 'no answer';

  constructor(environment: Environment) {
    const name = `verify-${this.serviceName.slice(RESERVED_PREFIX.length)}`;
    this.environment = Object.assign(new Environment(), environment, { HEALTH_INSTANCE_ID: name });
    const specs = parseChannels(environment.HEALTH_CHANNELS);
    const spec = specs.find(({ isPattern }) => !isPattern) ?? specs[0];
    this.channel = spec === undefined ? '' : concreteChannel(spec);
    const { HEALTH_BASE_URL: baseUrl, PORT: port, HEALTH_API_TOKEN: token } = environment;
    this.rest = new RestClient(baseUrl ?? `http://127.0.0.1:${String(port)}`, token);
    this.dataSource = createDataSource(
      Object.assign(new Environment(), this.environment, { DATABASE_POOL_SIZE: POOL_SIZE }),
    );
    this.database = new Database(this.dataSource);
    const log = new Log({ LOG_LEVEL: 'silent', LOG_FORMAT: 'json', HEALTH_INSTANCE_ID: name });
    this.redis = createRedis(environment.REDIS_URL, 'commands', log, name);
    this.redis.on('error', (error: Error) => {
      this.redisProblem = textOf(error);
    });
    this.journal = new JournalView(
      this.redis,
      journalKeys(environment.HEALTH_JOURNAL_KEY),
      environment.HEALTH_CONSUMER_GROUP,
    );
    connectInBackground(this.redis);
  }

  /** Host and port of `REDIS_URL`, as messages name it. */
  get redisName(): string {
    const url = new URL(this.environment.REDIS_URL);
    return `the Redis of REDIS_URL (${url.host})`;
  }

  async connectDatabase(): Promise<void> {
    if (!this.dataSource.isInitialized) await this.dataSource.initialize();
  }

  /** @throws CheckFailed where Redis does not answer within 3 s. */
  async connectRedis(): Promise<void> {
    const startedMs = performance.now();
    while (this.redis.status !== 'ready') {
      if (performance.now() - startedMs > REDIS_WAIT_MS) {
        throw new CheckFailed(`${this.redisName} does not answer: ${this.redisProblem}`);
      }
      await pause(POLL_MS);
    }
  }

  /** The pool of {@link connectDatabase}. */
  get pool(): Pool {
    const { pool } = this.database;
    if (pool === null) throw new CheckFailed('the database has not been reached');
    return pool;
  }

  async sql<Row extends QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    return await this.database.read<Row>(text, values);
  }

  /** For statements of which a single row comes back. */
  async row<Row extends QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row> {
    const [row] = await this.sql<Row>(text, values);
    if (row === undefined) throw new CheckFailed('the database answers with no row');
    return row;
  }

  async close(): Promise<void> {
    this.redis.disconnect();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}
