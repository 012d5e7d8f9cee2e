import { Injectable } from '@nestjs/common';
import { Log } from '../observability/log.js';
import { Troubles } from '../observation/troubles.js';
import { textOf } from '../runtime/error-text.js';
import { Database } from '../storage/database.js';
import { DatabaseUnavailableError } from '../storage/database-unavailable.js';
import { MessagesRepository } from '../storage/messages.repository.js';
import { RolledBackError } from '../storage/rolled-back.js';
import { classify, sqlStateOf } from '../storage/sql-errors.js';

/**
 * What is to be done about a commit that failed.
 *
 * - `wait`: nobody's fault; the same work succeeds later.
 * - `mend`: the database is not as this application needs it; wait until somebody mends it.
 * - `isolate`: one of the events is refused for what it holds.
 * - `doubt`: this program failed, although the database takes a harmless row: one of the events, it seems.
 */
export type Remedy = 'wait' | 'mend' | 'isolate' | 'doubt';

/** Sorts the errors of commits, and tells of them. */
@Injectable()
export class DatabaseTroubles {
  private trouble: string | null = null;

  constructor(
    private readonly database: Database,
    private readonly messages: MessagesRepository,
    private readonly troubles: Troubles,
    private readonly log: Log,
  ) {}

  /** Why nothing is being committed, in one sentence; null while commits succeed. */
  get problem(): string | null {
    return this.trouble;
  }

  async remedyFor(error: unknown): Promise<Remedy> {
    if (error instanceof DatabaseUnavailableError) return 'wait';
    const errorClass = classify(error);
    if (errorClass === 'transient') return 'wait';
    if (errorClass === 'deployment') return 'mend';
    if (errorClass === 'data') return 'isolate';
    if (!(await this.takesHarmlessRow())) return 'mend';
    return sqlStateOf(error) === null ? 'doubt' : 'isolate';
  }

  /** Says each trouble once, however often it is met. */
  report(error: unknown, remedy: Remedy): void {
    const trouble = `the database does not take events: ${textOf(error)}`;
    if (this.trouble === null || (remedy !== 'wait' && trouble !== this.trouble)) {
      this.log[remedy === 'wait' ? 'warn' : 'error']({ remedy, error }, 'consumer.commit_failed');
    }
    this.trouble = trouble;
    this.troubles.note('database_down');
  }

  /** A commit has succeeded. */
  over(): void {
    if (this.trouble === null) return;
    this.trouble = null;
    this.log.info({}, 'consumer.commits_again');
  }

  private async takesHarmlessRow(): Promise<boolean> {
    try {
      await this.database.transaction(async (session) => {
        await this.messages.insertControl(session);
        throw new RolledBackError();
      });
    } catch (refusal) {
      if (refusal instanceof RolledBackError) return true;
    }
    return false;
  }
}
