import type { Micros } from '../events/health-event.js';
import type { Status } from '../events/status-vocabulary.js';
import { keyOf } from './lives.js';
import type { Position } from './position.js';
import type { InstanceState } from './projection.js';

/** Of a row: the transaction that wrote it, its `xmin`. Source: PostgreSQL, System Columns. */
interface Written {
  readonly xid: number;
}

/** A service's row, as far as its next event needs it. */
export interface StoredService extends Written {
  readonly status: Status;
  readonly liveInstances: number;
  /** Null where no event has moved it yet. */
  readonly lastSeenUs: Micros | null;
  readonly newest: Position | null;
}

/** An instance's row, as far as its next event needs it. */
export interface StoredInstance extends Written {
  readonly state: InstanceState;
  /** Where its present life begins; null where it is the first. */
  readonly forgottenThroughUs: Micros | null;
}

/** Rows as a transaction of this process left them; true once it is committed. */
export interface WrittenStates {
  readonly server: string;
  readonly services: ReadonlyMap<string, StoredService>;
  readonly instances: readonly StoredInstance[];
}

/** A row is not as it was known: the transaction is to be made anew, after {@link KnownStates.forget}. */
export class StaleStatesError extends Error {
  override readonly name = 'StaleStatesError';
}

const MAX_INSTANCES = 50_000;
/** Far less than it takes any server to come round to a transaction's id again. */
const MAX_AGE_MS = 3_600_000;

/**
 * The states that this process wrote last, so that a row that nobody has written since need not be
 * read again. Whether somebody has is told by the row itself, under the lock of its service: then it
 * bears the id of another transaction.
 *
 * What is not known, forgotten or no longer true costs a read, and nothing else.
 */
export class KnownStates {
  private readonly services = new Map<string, StoredService>();
  private readonly instances = new Map<string, StoredInstance>();
  private server: string | null = null;
  private sinceMs = 0;

  service(serviceName: string): StoredService | undefined {
    return this.services.get(serviceName);
  }

  instance(serviceName: string, instanceId: string): StoredInstance | undefined {
    return this.instances.get(keyOf(serviceName, instanceId));
  }

  /** False for any other server, where the ids of transactions mean nothing. */
  isOf(server: string): boolean {
    return this.server === server;
  }

  forget(): void {
    this.services.clear();
    this.instances.clear();
  }

  /** `nowMs`: a steady clock. Call it after the commit. */
  remember({ server, services, instances }: WrittenStates, nowMs: number): void {
    const isFull = this.instances.size + instances.length > MAX_INSTANCES;
    if (isFull || !this.isOf(server) || nowMs - this.sinceMs > MAX_AGE_MS) {
      this.forget();
      this.server = server;
      this.sinceMs = nowMs;
    }
    for (const [name, service] of services) this.services.set(name, service);
    for (const instance of instances) {
      const { serviceName, instanceId } = instance.state;
      this.instances.set(keyOf(serviceName, instanceId), instance);
    }
  }
}
