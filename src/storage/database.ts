import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import { ConnectionLostError, ConnectionWatch } from './connection-watch.js';
import { copyIn } from './copy-in.js';
import { DatabaseUnavailableError } from './database-unavailable.js';
import { classify } from './sql-errors.js';

/** What a repository needs to run a statement, inside a transaction or outside. */
export interface Session {
  /** `name` prepares the statement once per connection. */
  query<Row extends QueryResultRow>(
    statement: { readonly name: string; readonly text: string },
    values: readonly unknown[],
  ): Promise<Row[]>;
}

/** The same inside a transaction, where rows can also be sent in bulk. */
export interface TransactionSession extends Session {
  /** Sends all of `data` to a `COPY … FROM STDIN`; returns how many rows it made. */
  copy(sql: string, data: Buffer): Promise<number>;
}

/** A batch of thousands of rows may take longer than a read. */
const COMMIT_TIMEOUT_MS = 30_000;
/**
 * A transaction that does nothing for so long is ended by the server: a process that sleeps must not
 * keep the rows it has locked from the others.
 */
const IDLE_TIMEOUT_MS = 5_000;
/** One statement of several that make an answer; a commit that holds a lock is over in less. */
const CHANGE_TIMEOUT_MS = 2_000;
/** Everything a reader waits for, connection and statement, ends before a REST answer is due. */
const READ_DEADLINE_MS = 4_800;

/**
 * The one way to the connections of this instance. TypeORM makes and watches the pool; statements go
 * to the driver directly, because batches want prepared statements and one JSON parameter.
 */
@Injectable()
export class Database {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Null until the first connection has been made. */
  get pool(): Pool | null {
    if (!this.dataSource.isInitialized) return null;
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  /**
   * Reads outside a transaction.
   *
   * @throws DatabaseUnavailableError within 5 s.
   */
  async read<Row extends QueryResultRow>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const pool = this.requirePool();
    const result = await answeredInTime(pool.query<Row>(text, [...values]));
    return result.rows;
  }

  /**
   * Runs one statement that changes something, in a transaction of its own.
   *
   * @throws DatabaseUnavailableError within 5 s; whether the change was made is not known then.
   */
  async write<Row extends QueryResultRow>(
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    return await this.read<Row>(text, values);
  }

  /**
   * Runs `work`, what an operator asked for, in one transaction. It waits for locks no longer than
   * an answer may take.
   *
   * @throws DatabaseUnavailableError within 5 s; whether the change was made is not known then.
   */
  async change<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return await answeredInTime(this.transaction(work, CHANGE_TIMEOUT_MS));
  }

  /**
   * Reads several times in one moment of the database: `work` sees what was committed at its first
   * statement. A statement that `work` makes after the deadline is refused, so that it ends, too.
   *
   * @throws DatabaseUnavailableError within 5 s.
   */
  async snapshot<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    const within = (session: Session): Session => ({
      query: async (statement, values) => {
        if (performance.now() - startedMs > READ_DEADLINE_MS) {
          throw new DatabaseUnavailableError('the read takes too long');
        }
        return await session.query(statement, values);
      },
    });
    return await answeredInTime(
      this.transaction(
        async (session) => await work(within(session)),
        CHANGE_TIMEOUT_MS,
        'ISOLATION LEVEL REPEATABLE READ, READ ONLY',
      ),
    );
  }

  /**
   * Runs `work` in one transaction (READ COMMITTED, unless `mode` says otherwise). A connection on which anything failed that is
   * not a plain refusal of a statement is closed, not reused.
   */
  async transaction<T>(
    work: (session: TransactionSession) => Promise<T>,
    statementTimeoutMs = COMMIT_TIMEOUT_MS,
    mode = '',
  ): Promise<T> {
    const pool = this.requirePool();
    const watch = new ConnectionWatch(pool);
    const client = await pool.connect();
    const onError = (): void => undefined; // the statement under way rejects with the same error
    client.on('error', onError);
    let broken: Error | undefined;
    try {
      const begin = `BEGIN ${mode}; SET LOCAL statement_timeout = ${String(statementTimeoutMs)};
        SET LOCAL idle_in_transaction_session_timeout = ${String(IDLE_TIMEOUT_MS)}`;
      await watch.over(client, client.query(begin));
      const result = await work(sessionOf(client, watch, statementTimeoutMs));
      await watch.over(client, client.query('COMMIT'));
      return result;
    } catch (error) {
      broken = error instanceof ConnectionLostError ? error : await rollBack(client);
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  private requirePool(): Pool {
    const pool = this.pool;
    if (pool === null) throw new DatabaseUnavailableError('the database has not been reached yet');
    return pool;
  }
}

/** @throws DatabaseUnavailableError where the answer does not come within 5 s, or says that it cannot. */
export async function answeredInTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DatabaseUnavailableError('the database did not answer in time'));
    }, READ_DEADLINE_MS);
  });
  try {
    return await Promise.race([answer, deadline]);
  } catch (error) {
    if (error instanceof DatabaseUnavailableError) throw error;
    const errorClass = classify(error);
    if (errorClass === 'transient' || errorClass === 'deployment') {
      throw new DatabaseUnavailableError('the database cannot answer now', { cause: error });
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function sessionOf(
  client: PoolClient,
  watch: ConnectionWatch,
  statementTimeoutMs: number,
): TransactionSession {
  // This side waits a little longer than the server does, for a connection that hangs.
  const timeoutMs = statementTimeoutMs + 2_000;
  return {
    async query<Row extends QueryResultRow>(
      statement: { readonly name: string; readonly text: string },
      values: readonly unknown[],
    ): Promise<Row[]> {
      const answer = client.query<Row>({
        ...statement,
        values: [...values],
        ...{ query_timeout: timeoutMs },
      });
      return (await watch.over(client, answer)).rows;
    },

    async copy(sql, data) {
      return await watch.over(client, copyIn(client, sql, data, timeoutMs));
    },
  };
}

/** Undefined where the connection is usable again. */
async function rollBack(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('ROLLBACK');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
