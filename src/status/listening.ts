import type { Micros, ReceivedEvent } from '../events/health-event.js';
import { deadline, type Rules } from './deadline.js';
import { comparePositions, type Position } from './position.js';

/** A wait that the next event ended later than its deadline: a silence, if no gap overlaps it. */
export interface LateHearing {
  readonly afterUs: Micros;
  readonly messageId: string;
  readonly ttlSeconds: number | null;
  readonly heardAtUs: Micros;
  readonly heardBy: string;
}

/** What is waited for since the event received last. */
export interface Wait {
  readonly sinceUs: Micros;
  readonly messageId: string;
  readonly ttlSeconds: number | null;
  /** By the newest event among those received by then: nobody is waited for who left. */
  readonly hasLeft: boolean;
  readonly newest: Position;
}

/** As much of an event as listening needs. */
export type Heard = Position & Pick<ReceivedEvent, 'ttlSeconds' | 'status'>;

/** Follows the receptions of one instance, in their order, and notices waits that were too long. */
export class Listening {
  constructor(
    private wait: Wait | null,
    private readonly rules: Rules,
  ) {}

  /** Reception of the event heard last; null where none was. */
  get sinceUs(): Micros | null {
    return this.wait?.sinceUs ?? null;
  }

  get waiting(): Wait | null {
    return this.wait;
  }

  /** The wait that this event ended, where its deadline had passed. */
  hear(event: Heard): LateHearing | null {
    const before = this.wait;
    const isNewest = before === null || comparePositions(event, before.newest) >= 0;
    this.wait = {
      sinceUs: event.receivedAtUs,
      messageId: event.messageId,
      ttlSeconds: event.ttlSeconds,
      hasLeft: isNewest ? event.status === 'left' : before.hasLeft,
      newest: isNewest ? event : before.newest,
    };
    if (before === null || before.hasLeft) return null;
    const { deadlines, settings } = this.rules;
    const dueUs = deadline(before.sinceUs, before.ttlSeconds, deadlines, settings);
    if (dueUs === null || dueUs >= event.receivedAtUs) return null;
    return {
      afterUs: before.sinceUs,
      messageId: before.messageId,
      ttlSeconds: before.ttlSeconds,
      heardAtUs: event.receivedAtUs,
      heardBy: event.messageId,
    };
  }
}
