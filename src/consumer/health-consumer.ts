import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import { Environment } from '../config/environment.js';
import { isMissingGroup, JournalGroup } from '../journal/journal-group.js';
import { Log } from '../observability/log.js';
import { ReceptionClock } from '../observation/reception-clock.js';
import { aborted } from '../runtime/aborted.js';
import { backoffMs, pause } from '../runtime/backoff.js';
import { textOf } from '../runtime/error-text.js';
import { DatabaseGate } from '../storage/database-gate.js';
import { DatabaseTroubles } from './database-troubles.js';
import { InFlight } from './in-flight.js';
import { JournalKeeper } from './journal-keeper.js';
import { Pausing } from './pausing.js';

/** How long a shutdown waits for commits under way. */
const DRAIN_MS = 7_000;
/** Between two attempts to end a read that waits. */
const INTERRUPT_INTERVAL_MS = 20;

/**
 * Reads the journal into {@link InFlight}, which commits and acknowledges.
 *
 *   waiting ──database open──▶ running ◀──pause, resume──▶ paused
 *      └────────┬─────────────────┴──────────────────────────┘
 *          shutdown: reads no more, finishes what it holds (7 s) ──▶ stopped
 *
 * It reads no more than there is room for: the journal, not this process, keeps the rest.
 */
@Injectable()
export class HealthConsumer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private reading: Promise<void> = Promise.resolve();
  /** Null while no read is under way. */
  private readUnderWay: Promise<void> | null = null;
  private keeping: Promise<void> = Promise.resolve();
  private readProblem: string | null = null;
  private hasEndedEarly = false;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly journal: JournalGroup,
    private readonly keeper: JournalKeeper,
    private readonly pausing: Pausing,
    private readonly gate: DatabaseGate,
    private readonly inFlight: InFlight,
    private readonly troubles: DatabaseTroubles,
    private readonly clock: ReceptionClock,
    private readonly log: Log,
  ) {
    pausing.onPause(() => void this.whenParked());
  }

  /** Enabled and not stopped. */
  get isRunning(): boolean {
    return this.environment.HEALTH_CONSUMER_ENABLED && !this.stopping.signal.aborted;
  }

  /** Why nothing is being stored, in one sentence; null while all is well. */
  get problem(): string | null {
    return this.gate.closedBecause ?? this.troubles.problem ?? this.readProblem;
  }

  /** False where the loop ended although nobody stopped it: only a restart helps. */
  get isAlive(): boolean {
    return !this.hasEndedEarly;
  }

  onApplicationBootstrap(): void {
    if (!this.environment.HEALTH_CONSUMER_ENABLED) return;
    this.reading = this.guard(this.readLoop());
    this.keeping = this.guard(this.keeper.run(this.stopping.signal));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.inFlight.wake();
    const timer = setTimeout(() => {
      this.inFlight.abandon();
    }, DRAIN_MS);
    await this.reading;
    await this.inFlight.drain();
    clearTimeout(timer);
    await this.keeping;
    await this.leave();
    this.log.info({ left_pending: this.inFlight.heldIds().length }, 'consumer.drained');
  }

  /** Resolves when, after a pause, no entry is being read or taken over any more. */
  async whenParked(): Promise<void> {
    while (this.pausing.isPaused && this.readUnderWay !== null) {
      await this.journal.interruptRead().catch(() => undefined); // it ends by itself within a second
      await Promise.race([this.readUnderWay, pause(INTERRUPT_INTERVAL_MS)]);
    }
    await this.keeper.whenQuiet();
  }

  private async guard(loop: Promise<void>): Promise<void> {
    try {
      await loop;
    } catch (error) {
      this.hasEndedEarly = true;
      this.log.fatal({ error }, 'consumer.loop_ended');
    }
  }

  private async readLoop(): Promise<void> {
    await Promise.race([this.gate.whenOpen(), aborted(this.stopping.signal)]);
    await Promise.race([this.pausing.whenKnown(), aborted(this.stopping.signal)]);
    let attempt = 0;
    let isGroupSure = false;
    while (!this.stopping.signal.aborted) {
      if (this.pausing.isPaused) {
        await Promise.race([this.pausing.whenResumed(), aborted(this.stopping.signal)]);
        continue;
      }
      if (this.inFlight.hasSuspects) {
        await this.inFlight.settleSuspects(this.stopping.signal);
        continue;
      }
      if (!this.inFlight.hasRoom) {
        await this.inFlight.whenRoom();
        continue;
      }
      try {
        if (!isGroupSure) await this.ensureGroup();
        isGroupSure = true;
        if (!this.mayRead()) continue;
        this.readUnderWay = this.read();
        await this.readUnderWay;
        attempt = 0;
        this.reportRead(null);
      } catch (error) {
        if (isMissingGroup(error)) {
          isGroupSure = false;
          this.log.error({ error }, 'consumer.group_missing');
        }
        this.reportRead(error);
        await pause(backoffMs(attempt), this.stopping.signal);
        attempt += 1;
      } finally {
        this.readUnderWay = null;
      }
    }
  }

  private mayRead(): boolean {
    return !this.pausing.isPaused && this.inFlight.hasRoom;
  }

  private async ensureGroup(): Promise<void> {
    const made = await this.journal.ensure();
    this.keeper.noteMade(made, this.clock.at() ?? Date.now() * 1_000);
  }

  private async read(): Promise<void> {
    this.inFlight.take(await this.journal.read(this.inFlight.entriesWanted));
  }

  private async leave(): Promise<void> {
    try {
      await this.journal.leave();
    } catch {
      // The name goes when it has been idle for an hour.
    }
  }

  private reportRead(error: unknown): void {
    if (error === null) {
      this.readProblem = null;
      return;
    }
    const text = textOf(error);
    if (this.readProblem === null) this.log.warn({ error }, 'consumer.read_failed');
    this.readProblem = `the journal cannot be read: ${text}`;
  }
}
