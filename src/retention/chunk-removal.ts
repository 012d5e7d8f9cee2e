import { Injectable } from '@nestjs/common';
import { Log } from '../observability/log.js';
import { Database, type Session } from '../storage/database.js';
import type { Millis } from '../storage/page.js';
import { isLockTimeout } from '../storage/sql-errors.js';
import { readTimescale } from '../storage/timescale.js';
import {
  dropChunk,
  LIMIT_LOCK_WAIT,
  READ_OLD_CHUNKS,
  RECORD_DROP,
  TRY_LOCK,
} from './chunks.sql.js';

/** Whoever reads the chunk holds up its removal; whoever comes after is held up no longer than this. */
const LOCK_WAIT = '200ms';
/** A chunk's files are deleted in it. */
const TIMEOUT_MS = 60_000;

/** `again`: somebody was using what has to go. */
export type Outcome = 'done' | 'again';

interface Chunk {
  readonly name: string;
  readonly from_text: string;
  readonly to_text: string;
  readonly from_ms: Millis;
  readonly to_ms: Millis;
}

/**
 * Drops chunks of the audit log, where no policy of TimescaleDB does: one per transaction, oldest first. Before
 * a chunk is gone it is committed that it may be.
 */
@Injectable()
export class ChunkRemoval {
  constructor(
    private readonly database: Database,
    private readonly log: Log,
  ) {}

  /** Drops what occurred more than so many days ago, as far as that fills chunks. Throws what the database throws. */
  async messages(days: number): Promise<Outcome> {
    const chunks = await this.database.transaction(
      async (session) => await readOldChunks(session, 'health_messages', days),
    );
    const dropped: Chunk[] = [];
    try {
      for (const chunk of chunks) {
        await this.database.transaction(
          async (session) => await session.query(RECORD_DROP, [chunk.to_text]),
        );
        if (await this.drop(chunk)) dropped.push(chunk);
      }
      return 'done';
    } catch (error) {
      if (isLockTimeout(error)) return 'again';
      throw error;
    } finally {
      this.report(dropped);
    }
  }

  /** False where another instance is at it. */
  private async drop(chunk: Chunk): Promise<boolean> {
    return await this.database.transaction(async (session) => {
      if (!(await tryLock(session))) return false;
      const { schema } = await readTimescale(session);
      const table = 'health_messages';
      return (
        (await session.query(dropChunk(schema), [table, chunk.from_text, chunk.to_text])).length > 0
      );
    }, TIMEOUT_MS);
  }

  private report(dropped: readonly Chunk[]): void {
    const [first, last] = [dropped[0], dropped.at(-1)];
    if (first === undefined || last === undefined) return;
    this.log.info(
      {
        table: 'health_messages',
        chunks: dropped.length,
        occurred_from: new Date(first.from_ms).toISOString(),
        occurred_to: new Date(last.to_ms).toISOString(),
      },
      'retention.dropped',
    );
  }
}

/** False where another instance is at it. The transaction waits for no lock longer than {@link LOCK_WAIT}. */
export async function tryLock(session: Session): Promise<boolean> {
  await session.query(LIMIT_LOCK_WAIT, [LOCK_WAIT]);
  const [row] = await session.query<{ is_locked: boolean }>(TRY_LOCK, []);
  return row?.is_locked === true;
}

export async function readOldChunks(
  session: Session,
  table: string,
  days: number,
): Promise<Chunk[]> {
  return await session.query<Chunk & Record<string, unknown>>(READ_OLD_CHUNKS, [table, days]);
}
