import type { Scope } from '../support/scope.js';
import type { JournalWatch } from './journal-watch.js';
import { ORACLE_ID_SQL, oracleIdIn } from './oracle-events.js';
import type { Issued, OraclePublisher } from './oracle-publisher.js';

/** A time in which something may not have been observed, in ms. */
export interface RecordedGap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly cause: string;
}

/** What the oracle knows after everything has come to rest. */
export interface Ledger {
  /** Settled when the journal took them, where it did. */
  readonly issued: readonly Issued[];
  /** Ids whose append was answered, or that were seen in the journal. */
  readonly acknowledged: ReadonlySet<string>;
  readonly stored: ReadonlySet<string>;
  readonly deadLettered: ReadonlySet<string>;
  readonly gaps: readonly RecordedGap[];
}

export async function readLedger(
  scope: Scope,
  publisher: OraclePublisher,
  watch: JournalWatch,
): Promise<Ledger> {
  const rows = await scope.sql<{ id: string | null }>(
    `SELECT ${ORACLE_ID_SQL} AS id FROM health_messages`,
  );
  const letters = await scope.sql<{ raw: Buffer }>('SELECT raw FROM health_dead_letters');
  const issued = publisher.all.map((one) => ({
    ...one,
    settledMs: Math.max(one.settledMs ?? Infinity, watch.seen.get(one.id) ?? 0),
  }));
  const appended = issued.filter(({ via, isAnswered }) => via === 'append' && isAnswered);
  return {
    issued,
    acknowledged: new Set([...watch.seen.keys(), ...appended.map(({ id }) => id)]),
    stored: new Set(rows.flatMap(({ id }) => (id === null ? [] : [id]))),
    deadLettered: new Set(letters.flatMap(({ raw }) => oracleIdIn(raw.toString('latin1')) ?? [])),
    gaps: await recordedGaps(scope),
  };
}

async function recordedGaps(scope: Scope): Promise<RecordedGap[]> {
  const rows = await scope.sql<{ from_ms: number; to_ms: number; cause: string }>(
    `SELECT extract(epoch FROM started_at)::float8 * 1000 AS from_ms,
            extract(epoch FROM coalesce(ended_at, 'infinity'))::float8 * 1000 AS to_ms, cause
       FROM health_gaps ORDER BY started_at`,
  );
  return rows.map(({ from_ms: fromMs, to_ms: toMs, cause }) => ({ fromMs, toMs, cause }));
}
