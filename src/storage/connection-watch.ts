import type { Pool, PoolClient } from 'pg';
import { pause } from '../runtime/backoff.js';
import { DatabaseUnavailableError } from './database-unavailable.js';

/** A statement that takes longer is asked about, ... */
const SUSPECT_MS = 3_000;
/** ... and again after this while the server works on it, ... */
const LOOK_INTERVAL_MS = 5_000;
/** ... and after this before a connection is given up, for the answer may be on its way. */
const CONFIRM_MS = 250;

/** Given as a reason, for an abort without one makes an error with a stack, here for every statement. */
const ANSWERED = 'answered';
const LOST = 'the connection to the database is dead';

/**
 * A COPY that sends nothing for so long is ended by whoever waits for its rows: the server itself ends
 * one that sleeps between statements, but not in the middle of the data.
 */
const SLEEPING_SECONDS = 5;

/**
 * Whether the server waits for this side, and how much of a COPY has come: its data is waited for in a
 * session that counts as active. `own` tells a pooler between: the ids of sessions mean nothing behind
 * one. Index: none, pg_stat_activity and pg_stat_progress_copy are functions.
 */
const LOOK = `
  SELECT pg_backend_pid() AS own, a.pid IS NULL OR a.state LIKE 'idle%' OR a.wait_event = 'ClientRead' AS is_waiting,
         c.bytes_processed AS copied
    FROM (SELECT $1::integer AS pid) asked
    LEFT JOIN pg_stat_activity a
      ON a.pid = asked.pid AND a.application_name = current_setting('application_name')
    LEFT JOIN pg_stat_progress_copy c ON c.pid = a.pid`;

/** So that the rows it has locked are free at once, and not when the server finds out for itself. */
const END = `
  SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a
   WHERE a.pid = $1 AND a.application_name = current_setting('application_name')
     AND (a.state LIKE 'idle%' OR a.wait_event = 'ClientRead')`;

/** Of any instance: its process may be halted, and then it cannot look itself. */
const END_SLEEPERS = `
  SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a
   WHERE a.pid = ANY (pg_blocking_pids($1)) AND a.usename = current_user
     AND a.query LIKE 'COPY health_messages%' AND a.state = 'active' AND a.wait_event = 'ClientRead'
     AND a.query_start < now() - interval '${String(SLEEPING_SECONDS)} seconds'`;

interface Look {
  /** The server has nothing to do for the session, or has none, where this side waits for an answer. */
  readonly isWaiting: boolean;
  /** Bytes of a COPY; null where there is none. */
  readonly copied: string | null;
}

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
      answered.abort(ANSWERED);
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
        const first = await this.look(processId);
        if (!first.isWaiting) continue;
        if (!(await pause(CONFIRM_MS, signal))) break;
        const second = await this.look(processId);
        if (!second.isWaiting || second.copied !== first.copied) continue;
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

  /** What the session is about; what it waits for, if that sleeps, is ended. */
  private async look(processId: number): Promise<Look> {
    return await this.overFreshConnection(async (client) => {
      const { rows } = await client.query<{
        own: number;
        is_waiting: boolean | null;
        copied: string | null;
      }>(LOOK, [processId]);
      const [row] = rows;
      if (row?.own !== processIdOf(client)) return { isWaiting: false, copied: null };
      const isWaiting = row.is_waiting === true;
      if (!isWaiting) await client.query(END_SLEEPERS, [processId]);
      return { isWaiting, copied: row.copied };
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
