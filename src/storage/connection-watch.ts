import type { Pool, PoolClient } from 'pg';
import { pause } from '../runtime/backoff.js';
import { DatabaseUnavailableError } from './database-unavailable.js';

/** A statement that takes longer is asked about, ... */
const SUSPECT_MS = 3_000;
/** ... and again after this while the server works on it, ... */
const LOOK_INTERVAL_MS = 5_000;
/** ... and after this before a connection is given up, for the answer may be on its way. */
const CONFIRM_MS = 250;

const LOST = 'the connection to the database is dead';

/**
 * What the server does for a session. `own` tells a pooler between: the ids of sessions mean nothing
 * behind one. Index: none, pg_stat_activity is a function.
 */
const LOOK = `
  SELECT pg_backend_pid() AS own,
         (SELECT a.state FROM pg_stat_activity a
           WHERE a.pid = $1 AND a.application_name = current_setting('application_name')) AS state`;

/** So that the rows it has locked are free at once, and not when the server finds out for itself. */
const END = `
  SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a
   WHERE a.pid = $1 AND a.application_name = current_setting('application_name')
     AND a.state LIKE 'idle%'`;

/**
 * Finds connections that are dead though nobody has been told, because the path between has forgotten
 * them: a statement is under way here, and the server does not work on it. Without this it would be
 * waited for until its time limit has passed, half a minute for a commit.
 */
export class ConnectionWatch {
  constructor(private readonly pool: Pool) {}

  /**
   * Settles as `answer` does, unless the server turns out not to work on it; then that session is
   * ended, all connections that lie idle here are, too, and the client is not to be used again.
   *
   * @throws ConnectionLostError
   */
  async over<T>(client: PoolClient, answer: Promise<T>): Promise<T> {
    const answered = new AbortController();
    const verdict = { isLost: false };
    try {
      return await Promise.race([
        answer,
        this.untilLost(processIdOf(client), answered.signal, verdict),
      ]);
    } catch (error) {
      // The end of its session may reach the statement sooner than this side's word on it.
      throw verdict.isLost ? new ConnectionLostError(LOST, { cause: error }) : error;
    } finally {
      answered.abort();
      answer.catch(() => undefined); // it fails later where the connection was lost
    }
  }

  private async untilLost(
    processId: number,
    signal: AbortSignal,
    verdict: { isLost: boolean },
  ): Promise<never> {
    let waitMs = SUSPECT_MS;
    while (await pause(waitMs, signal)) {
      waitMs = LOOK_INTERVAL_MS;
      try {
        if (!(await this.isIdle(processId))) continue;
        if (!(await pause(CONFIRM_MS, signal))) break;
        if (!(await this.isIdle(processId))) continue;
        verdict.isLost = true;
        await this.end(processId);
        throw new ConnectionLostError(LOST);
      } catch (error) {
        if (error instanceof ConnectionLostError) throw error;
        waitMs = CONFIRM_MS; // the database cannot be asked: as soon as it can
      }
    }
    return await new Promise<never>(() => undefined);
  }

  /** Whether the server has a session without work, or none, where this side waits for an answer. */
  private async isIdle(processId: number): Promise<boolean> {
    return await this.overFreshConnection(async (client) => {
      const { rows } = await client.query<{ own: number; state: string | null }>(LOOK, [processId]);
      const [row] = rows;
      if (row?.own !== processIdOf(client)) return false;
      return row.state === null || row.state.startsWith('idle');
    });
  }

  private async end(processId: number): Promise<void> {
    await this.overFreshConnection(async (client) => await client.query(END, [processId]));
  }

  /** One of the pool, made after now: those that lie idle may be as dead. */
  private async overFreshConnection<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    for (let idle = this.pool.idleCount; idle > 0; idle -= 1) {
      (await this.pool.connect()).release(true);
    }
    const client = await this.pool.connect();
    let isWell = false;
    try {
      const result = await work(client);
      isWell = true;
      return result;
    } finally {
      client.release(!isWell);
    }
  }
}

/** The server does not know of the statement that is waited for. */
export class ConnectionLostError extends DatabaseUnavailableError {
  override readonly name = 'ConnectionLostError';
}

/** Source: pg, Client; its types leave it out. */
const processIdOf = (client: PoolClient): number => Number(Reflect.get(client, 'processID'));
