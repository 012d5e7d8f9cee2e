import { Injectable } from '@nestjs/common';
import { SharedRuns } from '../runtime/shared-runs.js';
import { answeredInTime, Database } from '../storage/database.js';
import type { ServiceRecord } from './service-record.js';
import { SeverityOrder } from './severity-order.js';
import { READ_CHANGES } from './status-snapshot.sql.js';

/** Longer than people and programs that watch leave between two looks. */
const KEPT_MS = 600_000;
/** What a transaction beyond these wrote is read once more. */
const MAX_SEEN = 1_000;

/** What a look found, by which the next one asks for changes alone. */
interface Look {
  readonly source: string;
  readonly oldestOpen: string;
  /** Transactions from `oldestOpen` on of which rows are held. */
  readonly seen: readonly string[];
  readonly services: SeverityOrder;
  /** Services that there were; fewer than `services` where some have been deleted. */
  readonly total: number;
}

interface LookRow {
  readonly source: string;
  readonly oldest_open: string;
  readonly total: number;
  readonly service_name: null;
}

interface ChangedRow extends ServiceRecord {
  readonly written_by: string;
  readonly source: null;
}

/**
 * All services as they are in the database at the moment somebody asks. Kept from one question to the
 * next, so that only what has changed between them is read: of ten thousand services that is a
 * twentieth of the time. Looks are made one after another, over one connection, and shared by those who wait.
 * About 1 KB per service, given back when nobody has asked for ten minutes.
 */
@Injectable()
export class StatusSnapshot {
  private last: Look | null = null;
  private readonly looks = new SharedRuns(async () => await this.look());
  private readonly forgetting = setTimeout(() => {
    this.last = null;
  }, KEPT_MS).unref();

  constructor(private readonly database: Database) {}

  /**
   * All that was committed before the call.
   *
   * @throws DatabaseUnavailableError within 5 s; never an older state instead.
   */
  async services(): Promise<SeverityOrder> {
    this.forgetting.refresh();
    return await answeredInTime(this.looks.next());
  }

  private async look(): Promise<SeverityOrder> {
    const { last } = this;
    this.last = null; // a look that fails leaves nothing behind
    let look = await this.read(last);
    if (look.services.size !== look.total) look = await this.read(null);
    this.last = look;
    return look.services;
  }

  private async read(last: Look | null): Promise<Look> {
    const rows = await this.database.read<LookRow | ChangedRow>(READ_CHANGES, [
      last?.oldestOpen ?? null,
      last?.source ?? null,
      last?.seen ?? [],
    ]);
    const found = rows.find((row) => row.source !== null);
    if (found === undefined) throw new Error('a look always finds one row about itself');
    const changed = rows.filter((row) => row.source === null);
    const base = last?.source === found.source ? last : null;
    return {
      source: found.source,
      oldestOpen: found.oldest_open,
      seen: seenFrom(found.oldest_open, base?.seen ?? [], changed),
      services: (base?.services ?? SeverityOrder.EMPTY).with(changed),
      total: found.total,
    };
  }
}

function seenFrom(
  oldestOpen: string,
  before: readonly string[],
  changed: readonly ChangedRow[],
): readonly string[] {
  const seen = new Set(before);
  for (const { written_by } of changed) seen.add(written_by);
  return [...seen].filter((transaction) => !isOlder(transaction, oldestOpen)).slice(-MAX_SEEN);
}

/** Of two transactions' numbers, of 32 bits, that wrap around. Source: PostgreSQL, transam.c. */
const isOlder = (a: string, b: string): boolean => ((Number(a) - Number(b)) | 0) < 0;
