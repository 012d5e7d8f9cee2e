import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { HealthConsumer } from '../consumer/health-consumer.js';
import { Pausing } from '../consumer/pausing.js';
import { readDurabilityProblems } from '../journal/durability-check.js';
import { JournalGroup } from '../journal/journal-group.js';
import { JournalConnections } from '../journal/journal.module.js';
import { JournalWriter } from '../journal/journal-writer.js';
import type { GapCause } from '../observation/gap-cause.js';
import { pause } from '../runtime/backoff.js';
import { Database } from '../storage/database.js';
import { DatabaseGate } from '../storage/database-gate.js';
import { PoolMonitor } from '../storage/pool-statistics.js';
import type { ConsumerFigures, DatabaseFigures, Figures } from './figures.js';
import { READ_FIGURES } from './figures.sql.js';
import { limitsOf } from './limits.js';
import { letterSeconds } from './rules.js';

/** How often the database and Redis are asked. */
const READ_MS = 1_000;
/** What was read longer ago is not known any more; longer than one answer may take. */
const FRESH_MS = 6_000;
const SHUTDOWN_WAIT_MS = 1_000;

interface FiguresRow {
  /** Null before the first heartbeat. */
  readonly silent_seconds: number | null;
  readonly gap_cause: GapCause | null;
  readonly held: number;
  readonly processed: number;
  readonly dead_lettered: number;
  readonly new_letters: number;
}

/** Something that was read, with its moment of `performance.now()`. */
class Latest<T> {
  private known: { readonly value: T; readonly atMs: number } | null = null;

  set(value: T): void {
    this.known = { value, atMs: performance.now() };
  }

  /** Null where it was not read of late. */
  get value(): T | null {
    const isFresh = this.known !== null && performance.now() - this.known.atMs <= FRESH_MS;
    return isFresh ? (this.known?.value ?? null) : null;
  }
}

/**
 * Keeps in memory what the alerts are judged by: the database and Redis are asked side by side, so that one
 * that does not answer holds up nothing but its own figures.
 */
@Injectable()
export class FiguresReader implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly database = new Latest<DatabaseFigures>();
  private readonly unacknowledgedSeconds = new Latest<number>();
  private readonly durabilityProblems = new Latest<readonly string[]>();
  private readonly startedMs = performance.now();
  private readonly letterSeconds: number;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly store: Database,
    private readonly gate: DatabaseGate,
    private readonly pool: PoolMonitor,
    private readonly connections: JournalConnections,
    private readonly journal: JournalGroup,
    private readonly writer: JournalWriter,
    private readonly consumer: HealthConsumer,
    private readonly pausing: Pausing,
  ) {
    this.letterSeconds = letterSeconds(limitsOf(environment));
  }

  onApplicationBootstrap(): void {
    this.running = Promise.all([
      this.repeat(async () => {
        await this.askDatabase();
      }),
      this.repeat(async () => {
        await this.askRedis();
      }),
    ]);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.race([this.running, pause(SHUTDOWN_WAIT_MS)]); // an answer may never come
  }

  /** As last read; needs nobody's answer. */
  figures(): Figures {
    const { pool_size: size, checked_out: checkedOut, waiting } = this.pool.statistics();
    return {
      consumer: this.ownConsumer(),
      pool: { size, checkedOut, waiting },
      database: this.database.value,
      unacknowledgedSeconds: this.unacknowledgedSeconds.value,
      durabilityProblems: this.durabilityProblems.value,
    };
  }

  private ownConsumer(): ConsumerFigures {
    const { isRunning, isAlive, problem } = this.consumer;
    const { isPaused, isKnown } = this.pausing;
    const isEnabled = this.environment.HEALTH_CONSUMER_ENABLED;
    return {
      isEnabled,
      isWorking: isRunning && isAlive && isKnown && !isPaused && problem === null,
      isPaused,
      problem: isEnabled ? problem : 'HEALTH_CONSUMER_ENABLED is false',
    };
  }

  private async repeat(read: () => Promise<void>): Promise<void> {
    do {
      try {
        await read();
      } catch {
        // It is not known; who needs it to work reports that.
      }
    } while (await pause(READ_MS, this.stopping.signal));
  }

  private async askDatabase(): Promise<void> {
    if (this.gate.closedBecause !== null) return;
    const [row] = await this.store.read<FiguresRow>(READ_FIGURES, [this.letterSeconds]);
    if (row === undefined) return;
    const watchedSeconds = (performance.now() - this.startedMs) / 1_000;
    this.database.set({
      silentSeconds: Math.max(0, row.silent_seconds ?? watchedSeconds),
      gapCause: row.gap_cause,
      heldTransitions: row.held,
      processed: row.processed,
      deadLettered: row.dead_lettered,
      newLetters: row.new_letters,
    });
  }

  private async askRedis(): Promise<void> {
    const problems = await readDurabilityProblems(this.connections.commands);
    if (problems !== null) this.durabilityProblems.set(problems);
    const oldestUs = await this.journal.oldestUnacknowledgedUs();
    const ageUs = oldestUs === null ? 0 : Math.max(0, (await this.writer.now()) - oldestUs);
    this.unacknowledgedSeconds.set(ageUs / 1_000_000);
  }
}
