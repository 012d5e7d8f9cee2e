import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import type { Micros } from '../events/health-event.js';
import { Log } from '../observability/log.js';
import { Database, type Session } from '../storage/database.js';
import { isLockTimeout } from '../storage/sql-errors.js';
import { readTimescale } from '../storage/timescale.js';
import { type Outcome, readOldChunks, tryLock } from './chunk-removal.js';
import { dropChunk } from './chunks.sql.js';
import { hasRows, lockChunk, READ_BOUND, RECORD_BOUND, REMOVALS } from './histories.sql.js';

/** Rows per transaction. */
const ROWS_AT_ONCE = 1_000;
const TIMEOUT_MS = 60_000;
const TRANSITIONS = 'health_transitions';

/**
 * Keeps the histories for HEALTH_TRANSITION_RETENTION_DAYS: rows go in small batches, one instance at a time, on
 * both editions. What tells how things stood at the bound stays, so no chunk can just be dropped; one that has
 * become empty is.
 */
@Injectable()
export class HistoryRemoval {
  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly database: Database,
    private readonly log: Log,
  ) {}

  /** Rejects with what the database throws; what is gone by then is logged. */
  async look(): Promise<Outcome> {
    const days = this.environment.HEALTH_TRANSITION_RETENTION_DAYS;
    try {
      const boundUs = await this.boundUs(days);
      for (const [table, statement] of REMOVALS) await this.remove(table, statement, boundUs);
      await this.dropEmptyChunks(days);
      return 'done';
    } catch (error) {
      if (isLockTimeout(error)) return 'again';
      throw error;
    }
  }

  private async boundUs(days: number): Promise<Micros> {
    const [row] = await this.database.transaction(
      async (session) => await session.query<{ bound_us: Micros }>(READ_BOUND, [days]),
    );
    if (row === undefined) throw new Error('the database tells no time');
    return row.bound_us;
  }

  private async remove(
    table: string,
    statement: (typeof REMOVALS)[number][1],
    boundUs: Micros,
  ): Promise<void> {
    let removed = 0;
    try {
      for (;;) {
        const rows = await this.underLock(
          async (session) => await batch(session, statement, boundUs),
        );
        removed += rows;
        if (rows < ROWS_AT_ONCE) break;
      }
    } finally {
      const before = new Date(boundUs / 1_000).toISOString();
      if (removed > 0) this.log.info({ table, rows: removed, before }, 'retention.removed');
    }
  }

  private async dropEmptyChunks(days: number): Promise<void> {
    const chunks = await this.database.transaction(
      async (session) => await readOldChunks(session, TRANSITIONS, days),
    );
    let dropped = 0;
    for (const chunk of chunks) {
      dropped += await this.underLock(async (session) => {
        if (await holdsRows(session, chunk.name)) return 0;
        await session.query(lockChunk(chunk.name), []);
        if (await holdsRows(session, chunk.name)) return 0;
        const { schema } = await readTimescale(session);
        await session.query(dropChunk(schema), [TRANSITIONS, chunk.from_text, chunk.to_text]);
        return 1;
      });
    }
    if (dropped > 0) this.log.info({ table: TRANSITIONS, chunks: dropped }, 'retention.dropped');
  }

  /** 0 where another instance is at it. */
  private async underLock(work: (session: Session) => Promise<number>): Promise<number> {
    return await this.database.transaction(
      async (session) => ((await tryLock(session)) ? await work(session) : 0),
      TIMEOUT_MS,
    );
  }
}

/** How many rows it removed; that some may be gone is on record with the first. */
async function batch(
  session: Session,
  statement: (typeof REMOVALS)[number][1],
  boundUs: Micros,
): Promise<number> {
  const [removed] = await session.query<{ rows: number }>(statement, [boundUs, ROWS_AT_ONCE]);
  const rows = removed?.rows ?? 0;
  if (rows > 0) await session.query(RECORD_BOUND, [boundUs]);
  return rows;
}

async function holdsRows(session: Session, chunk: string): Promise<boolean> {
  const [row] = await session.query<{ has_rows: boolean }>(hasRows(chunk), []);
  return row?.has_rows === true;
}
