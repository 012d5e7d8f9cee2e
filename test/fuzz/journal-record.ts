import type { Scope } from '../support/scope.js';

const READ_ENTRIES = 1_000;
const GROUP = 'fuzz-record';

/** An entry of the journal as Redis holds it. */
export interface RecordedEntry {
  readonly id: string;
  readonly fields: readonly Buffer[];
}

/**
 * Reads the journal, to the byte, through a group of its own, which keeps the application from trimming
 * what it has not read.
 */
export class JournalRecord {
  private constructor(private readonly scope: Scope) {}

  static async open(scope: Scope): Promise<JournalRecord> {
    await scope.redis.xgroup('CREATE', scope.journal, GROUP, '0', 'MKSTREAM');
    return new JournalRecord(scope);
  }

  /** Entries since the last call, in order. */
  async read(): Promise<RecordedEntry[]> {
    const { redis, journal } = this.scope;
    const recorded: RecordedEntry[] = [];
    for (;;) {
      const words = ['GROUP', GROUP, 'reader', 'COUNT', READ_ENTRIES, 'STREAMS', journal, '>'];
      const reply = await redis.callBuffer('XREADGROUP', ...words);
      const entries = (reply as [Buffer, [Buffer, Buffer[]][]][] | null)?.[0]?.[1] ?? [];
      if (entries.length === 0) return recorded;
      recorded.push(...entries.map(([id, fields]) => ({ id: id.toString(), fields })));
      await redis.xack(journal, GROUP, ...entries.map(([id]) => id));
    }
  }

  /** Gives up the group, so that the journal can be trimmed again. */
  async close(): Promise<void> {
    await this.scope.redis.xgroup('DESTROY', this.scope.journal, GROUP);
  }
}
