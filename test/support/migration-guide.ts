import { sqlIn } from './documents.js';

const DOCUMENT = 'docs/migrating.md';
const FROM = "'2026-01-31 10:00Z'";
const TO = "'2026-01-31 11:00Z'";

/** The SQL statements of the document, as they stand in it. */
export class MigrationGuide {
  private constructor(
    private readonly counts: string,
    private readonly events: string,
    readonly countDeadLetters: string,
    readonly dropOurs: string,
  ) {}

  /** @throws Error where the document holds a statement too few or too many: each is to be run. */
  static async read(): Promise<MigrationGuide> {
    const [counts, events, deadLetters, drop, ...others] = await sqlIn(DOCUMENT);
    if (drop === undefined || others.length > 0) throw new Error(`4 statements in ${DOCUMENT}`);
    return new MigrationGuide(counts ?? '', events ?? '', deadLetters ?? '', drop);
  }

  /** Events of each service in both consumers' tables. */
  compareCounts(from: string, to: string): string {
    return between(this.counts, from, to);
  }

  /** Events that one has and the other lacks. */
  compareEvents(from: string, to: string): string {
    return between(this.events, from, to);
  }
}

/** Another span of time than the document shows; `to` is outside. */
function between(statement: string, from: string, to: string): string {
  const other = statement.replaceAll(FROM, `'${from}'`).replaceAll(TO, `'${to}'`);
  if (!statement.includes(FROM) || !statement.includes(TO) || other.includes("'2026-01-31")) {
    throw new Error(`the spans in ${DOCUMENT} are to be from ${FROM} to ${TO}`);
  }
  return other;
}
