import type { Micros } from '../events/health-event.js';

/**
 * What was received from one deletion of an instance to the next: later than `afterUs`, not later than
 * `throughUs`. Lives know nothing of each other.
 */
export interface Life {
  readonly afterUs: Micros;
  readonly throughUs: Micros;
}

/** The end of a life that has not ended: far beyond every reception, and a time to PostgreSQL. */
export const NOT_ENDED_US: Micros = Number.MAX_SAFE_INTEGER;

interface Named {
  readonly serviceName: string;
  readonly instanceId: string;
}

interface Received extends Named {
  readonly receivedAtUs: Micros;
}

/** Names cannot hold a control character, so this key is unambiguous. */
export const keyOf = (serviceName: string, instanceId: string): string =>
  `${serviceName}\n${instanceId}`;

/** Into which of its instance's lives an event falls, for the instances that were ever deleted. */
export class Lives {
  private readonly deletions = new Map<string, readonly Micros[]>();

  /** `receivedThroughUs`: of each deletion of the instance, ascending. */
  add({ serviceName, instanceId }: Named, receivedThroughUs: readonly Micros[]): void {
    this.deletions.set(keyOf(serviceName, instanceId), receivedThroughUs);
  }

  of({ serviceName, instanceId, receivedAtUs }: Received): Life {
    const ends = this.endsOf(serviceName, instanceId);
    return {
      afterUs: ends.findLast((endUs) => endUs < receivedAtUs) ?? 0,
      throughUs: ends.find((endUs) => endUs >= receivedAtUs) ?? NOT_ENDED_US,
    };
  }

  /** False for an event that was received before a deletion and is committed after it. */
  isPresent({ serviceName, instanceId, receivedAtUs }: Received): boolean {
    if (this.deletions.size === 0) return true;
    return receivedAtUs > (this.endsOf(serviceName, instanceId).at(-1) ?? 0);
  }

  /** Where the present life begins; null where it is the first. */
  presentAfterUs({ serviceName, instanceId }: Named): Micros | null {
    return this.endsOf(serviceName, instanceId).at(-1) ?? null;
  }

  private endsOf(serviceName: string, instanceId: string): readonly Micros[] {
    if (this.deletions.size === 0) return [];
    return this.deletions.get(keyOf(serviceName, instanceId)) ?? [];
  }
}
