import type { Scope } from './scope.js';
import { isSynthetic } from './synthetic.js';

const READ_ENTRIES = 500;

/**
 * Knows what was journaled: a group of its own, made before the first event, which keeps the
 * application from trimming what it has not read. Reads entries by the documented format, not with
 * the application's code.
 */
export class JournalOracle {
  private readonly group = 'oracle';

  private constructor(private readonly scope: Scope) {}

  static async open(scope: Scope): Promise<JournalOracle> {
    const oracle = new JournalOracle(scope);
    await scope.redis.xgroup('CREATE', scope.journal, oracle.group, '0', 'MKSTREAM');
    return oracle;
  }

  /** The health events journaled since the last call, in order, as text. */
  async read(): Promise<string[]> {
    const { redis, journal } = this.scope;
    const events: string[] = [];
    for (;;) {
      const reply = (await redis.xreadgroup(
        'GROUP',
        this.group,
        'reader',
        'COUNT',
        READ_ENTRIES,
        'STREAMS',
        journal,
        '>',
      )) as [string, [string, string[]][]][] | null;
      const entries = reply?.[0]?.[1] ?? [];
      if (entries.length === 0) return events;
      for (const [, fields] of entries) events.push(...eventsOf(fields));
      await redis.xack(journal, this.group, ...entries.map(([id]) => id));
    }
  }

  /** Gives up its group, so that the journal can be trimmed again. */
  async close(): Promise<void> {
    await this.scope.redis.xgroup('DESTROY', this.scope.journal, this.group);
  }
}

/** Pairs of source and event, after `at` with the time of reception. */
function eventsOf(fields: readonly string[]): string[] {
  const pairs = fields[0] === 'at' ? fields.slice(2) : fields;
  return pairs.filter((text, index) => index % 2 === 1 && !isSynthetic(text));
}
