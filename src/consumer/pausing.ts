import { type BeforeApplicationShutdown, Injectable, type OnModuleInit } from '@nestjs/common';
import { JournalGroup } from '../journal/journal-group.js';
import { Log } from '../observability/log.js';
import { Troubles } from '../observation/troubles.js';
import { pause } from '../runtime/backoff.js';
import { deferred } from '../runtime/deferred.js';

/** What is paused: this instance, or all that share the consumer group. */
export type PauseScope = 'instance' | 'group';

/** How often each instance looks whether the group is paused. */
const LOOK_INTERVAL_MS = 250;
/** After this every instance that works has looked. */
export const FOLLOW_MS = 3 * LOOK_INTERVAL_MS;

/**
 * Whether an operator has paused the reading of the journal.
 *
 *   reading ──pause of the instance, or of the group──▶ paused ──neither is left──▶ reading
 *
 * The group's pause is kept in Redis beside the journal: it outlives restarts, and every instance,
 * also one that starts later, follows it. While Redis does not answer, what was seen last holds; there
 * is nothing to read then.
 */
@Injectable()
export class Pausing implements OnModuleInit, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly paused = new Set<PauseScope>();
  private readonly listeners: (() => void)[] = [];
  private looking: Promise<void> = Promise.resolve();
  private readonly firstLook = deferred();
  private hasLooked = false;
  private resumed = deferred();

  constructor(
    private readonly journal: JournalGroup,
    private readonly troubles: Troubles,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.looking = this.lookLoop();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.looking;
  }

  /** False until Redis has said for the first time whether the group is paused. */
  get isKnown(): boolean {
    return this.hasLooked;
  }

  get isPaused(): boolean {
    return this.paused.size > 0;
  }

  isPausedBy(scope: PauseScope): boolean {
    return this.paused.has(scope);
  }

  /** Calls `listener` whenever reading turns into paused. */
  onPause(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Resolves when {@link isKnown}. */
  async whenKnown(): Promise<void> {
    await this.firstLook.promise;
  }

  /** Resolves when reading may go on. */
  async whenResumed(): Promise<void> {
    if (this.isPaused) await this.resumed.promise;
  }

  /**
   * Pauses or resumes. A group's other instances follow within {@link FOLLOW_MS}.
   *
   * @throws JournalUnavailableError where the group's state cannot be kept; nothing has changed then.
   */
  async set(scope: PauseScope, isPaused: boolean): Promise<void> {
    if (scope === 'group') await this.journal.setPaused(isPaused);
    this.apply(scope, isPaused);
  }

  private async lookLoop(): Promise<void> {
    do {
      try {
        this.apply('group', await this.journal.isPaused());
        this.noteTrouble();
        this.hasLooked = true;
        this.firstLook.resolve();
      } catch {
        // Redis is away; the connection's state is logged where it is kept.
      }
    } while (await pause(LOOK_INTERVAL_MS, this.stopping.signal));
  }

  private noteTrouble(): void {
    if (this.paused.has('group')) this.troubles.note('consumer_paused');
    else if (this.isPaused) this.troubles.note('instance_paused');
  }

  private apply(scope: PauseScope, isPaused: boolean): void {
    if (this.paused.has(scope) === isPaused) return;
    this.log.info({ scope }, isPaused ? 'consumer.paused' : 'consumer.resumed');
    const wasPaused = this.isPaused;
    if (isPaused) this.paused.add(scope);
    else this.paused.delete(scope);
    if (this.isPaused === wasPaused) return;
    if (this.isPaused) {
      this.resumed = deferred();
      for (const listener of this.listeners) listener();
    } else this.resumed.resolve();
  }
}
