import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import pg from 'pg';
import { createGuideTables } from '../../src/cli/bench/guide-tables.js';
import { distribution } from './app.js';
import type { Scope } from './scope.js';
import { testServices } from './services.js';
import { waitUntil } from './wait-until.js';

const APPLICATION_NAME = 'predecessor';
/** The predecessor's semaphore. */
const CONCURRENCY = '8';

/** Who wrote into one of its tables, and how often. */
export interface Writes {
  readonly application: string;
  readonly table: string;
  readonly rows: number;
}

/**
 * Stands for the consumer that this project replaces: its tables in schema `public`, and a process of
 * its own that subscribes to the scope's channel and writes each event in a transaction. Triggers
 * note in schema `audit` who writes into the tables.
 */
export class Predecessor {
  private child: ChildProcess | null = null;

  private constructor(
    private readonly scope: Scope,
    private readonly databaseUrl: string,
    private readonly database: pg.Client,
  ) {}

  /** Makes the tables; the process is not started yet. */
  static async install(scope: Scope, databaseUrl: string): Promise<Predecessor> {
    const database = new pg.Client({ connectionString: databaseUrl });
    await database.connect();
    await createGuideTables(database, 'public');
    await database.query(AUDIT);
    return new Predecessor(scope, databaseUrl, database);
  }

  /** Resolves when it hears the channel. */
  async start(): Promise<void> {
    const url = new URL(this.databaseUrl);
    url.searchParams.set('application_name', APPLICATION_NAME);
    const before = await subscribers(this.scope);
    const child = spawn(
      process.execPath,
      [
        path.join(distribution(), 'src/cli/bench/processes/guide-consumer.js'),
        ...[url.toString(), testServices().redisUrl, 'public', this.scope.channel, CONCURRENCY],
      ],
      { env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    this.child = child;
    await waitUntil('the predecessor hears the channel', async () => {
      if (hasEnded(child)) throw new Error('it ended');
      return (await subscribers(this.scope)) > before;
    });
  }

  /** Sends SIGTERM; resolves when neither the process nor a session of it is left. */
  async stop(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child === null) return;
    if (hasEnded(child)) throw new Error('the predecessor ended by itself');
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
    await waitUntil('the sessions of the predecessor end', async () => {
      const { rows } = await this.database.query(
        'SELECT FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()',
        [APPLICATION_NAME],
      );
      return rows.length === 0;
    });
  }

  /** Ids of the events in its tables, sorted. */
  async ids(): Promise<string[]> {
    const { rows } = await this.database.query<{ id: string }>(
      'SELECT id::text FROM public.health_messages ORDER BY 1',
    );
    return rows.map(({ id }) => id);
  }

  /** What the triggers noted. */
  async writes(): Promise<Writes[]> {
    const { rows } = await this.database.query<Writes>(
      `SELECT application, table_name AS "table", count(*)::integer AS rows
         FROM audit.writes GROUP BY 1, 2 ORDER BY 1, 2`,
    );
    return rows;
  }

  /** Stops it; the tables go with their database. */
  async close(): Promise<void> {
    await this.stop();
    await this.database.end();
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

async function subscribers({ channel, redis }: Scope): Promise<number> {
  const [, count] = (await redis.pubsub('NUMSUB', channel)) as [string, number];
  return count;
}

const AUDIT = `
  CREATE SCHEMA audit;
  CREATE TABLE audit.writes (application text NOT NULL, table_name text NOT NULL);
  CREATE FUNCTION audit.note() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO audit.writes VALUES (current_setting('application_name'), TG_ARGV[0]);
    RETURN NULL;
  END $$;
  CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON public.health_messages
    FOR EACH ROW EXECUTE FUNCTION audit.note('health_messages');
  CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON public.service_status
    FOR EACH ROW EXECUTE FUNCTION audit.note('service_status')`;
