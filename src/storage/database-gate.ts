import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Environment } from '../config/environment.js';
import { ENVIRONMENT } from '../config/config.module.js';
import { Log } from '../observability/log.js';
import { backoffMs, pause } from '../runtime/backoff.js';
import { deferred } from '../runtime/deferred.js';
import { textOf } from '../runtime/error-text.js';
import { migrate, SchemaRefusedError } from './schema.js';
import { classify } from './sql-errors.js';

const SHUTDOWN_WAIT_MS = 1_000;

/**
 * Opens the way to the database, and only once it is as this application needs it.
 *
 *   closed ──reached, schema up to date──▶ open
 *   closed ──unreachable, or refused────▶ closed, tried again after a pause of at most 3 s
 *
 * The application starts meanwhile: ingest journals, reads answer 503, ready says why.
 */
@Injectable()
export class DatabaseGate implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly opened = deferred();
  private loop: Promise<void> = Promise.resolve();
  /** One sentence for operators; null where the gate is open. */
  private problem: string | null = 'the database has not been reached yet';

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.openUntilItWorks();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    // A connection that hangs, or a migration that waits for another's, must not hold up the end.
    await Promise.race([this.loop, pause(SHUTDOWN_WAIT_MS)]);
  }

  get closedBecause(): string | null {
    return this.problem;
  }

  /** Resolves when the database can be used; never, if it is not before the shutdown. */
  async whenOpen(): Promise<void> {
    await this.opened.promise;
  }

  private async openUntilItWorks(): Promise<void> {
    for (let attempt = 0; !this.stopping.signal.aborted; attempt += 1) {
      try {
        const migrations = await migrate(this.environment);
        if (migrations.length > 0) this.log.info({ migrations }, 'database.migrated');
        await this.dataSource.initialize();
        this.problem = null;
        this.opened.resolve();
        this.log.info({ schema: this.environment.DATABASE_SCHEMA }, 'database.open');
        return;
      } catch (error) {
        this.report(error);
        await pause(backoffMs(attempt), this.stopping.signal);
      }
    }
  }

  /** Says each problem once, however long it lasts. */
  private report(error: unknown): void {
    const message = textOf(error);
    const problem =
      error instanceof SchemaRefusedError
        ? message
        : `the database cannot be reached or used: ${message}`;
    if (problem === this.problem) return;
    this.problem = problem;
    const isOperatorsTurn = error instanceof SchemaRefusedError || classify(error) !== 'transient';
    this.log[isOperatorsTurn ? 'error' : 'warn']({ problem }, 'database.closed');
  }
}
