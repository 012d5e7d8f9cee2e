import type { EventDocument } from './factories.js';
import { atRate } from './pace.js';
import type { Scope } from './scope.js';

export interface Published {
  readonly event: EventDocument;
  /** How many subscribers Redis gave it to. */
  readonly receivers: number;
}

/**
 * Publishes at a steady rate until it is stopped, over one connection, and keeps what Redis answers:
 * so it knows who heard which event.
 */
export class SteadyPublisher {
  private readonly answered: Published[] = [];
  private readonly stopping = new AbortController();
  private readonly publishing: Promise<void>;

  private constructor(
    scope: Scope,
    eventsPerSecond: number,
    eventAt: (index: number) => EventDocument,
  ) {
    const publish = async (index: number): Promise<void> => {
      const event = eventAt(index);
      const receivers = await scope.redis.publish(scope.channel, JSON.stringify(event));
      this.answered[index] = { event, receivers };
    };
    this.publishing = atRate(eventsPerSecond, Infinity, publish, this.stopping.signal);
    this.publishing.catch(() => undefined); // `stop` reports it
  }

  static start(
    scope: Scope,
    eventsPerSecond: number,
    eventAt: (index: number) => EventDocument,
  ): SteadyPublisher {
    return new SteadyPublisher(scope, eventsPerSecond, eventAt);
  }

  /** Those that Redis has answered so far, in order. */
  get published(): readonly Published[] {
    return this.answered;
  }

  /** Resolves to all that was published, when Redis has answered the last one. */
  async stop(): Promise<readonly Published[]> {
    this.stopping.abort();
    await this.publishing;
    return this.answered;
  }
}
