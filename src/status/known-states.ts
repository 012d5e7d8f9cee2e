import type { Micros } from '../events/health-event.js';
import type { Status } from '../events/status-vocabulary.js';
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

/** What is remembered of a service. */
export interface KnownService {
  row: StoredService;
  /** By instance id; not all that it has. */
  readonly instances: Map<string, StoredInstance>;
}

/** Rows of a service as a transaction of this process left them; true once it is committed. */
export interface WrittenService {
  readonly serviceName: string;
  /** What was remembered of it, where nobody else has written its row since. */
  readonly known: KnownService | null;
  readonly row: StoredService;
  readonly instances: readonly StoredInstance[];
}

export interface WrittenStates {
  readonly server: string;
  readonly services: readonly WrittenService[];
}

/** A row is not as it was known: the transaction is to be made anew, after {@link KnownStates.forget}. */
export class StaleStatesError extends Error {
  override readonly name = 'StaleStatesError';
}

/** A transaction's more. */
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
  private readonly services = new Map<string, KnownService>();
  private instanceCount = 0;
  private server: string | null = null;
  private sinceMs = 0;

  service(serviceName: string): KnownService | undefined {
    return this.services.get(serviceName);
  }

  /** False for any other server, where the ids of transactions mean nothing. */
  isOf(server: string): boolean {
    return this.server === server;
  }

  forget(): void {
    this.services.clear();
    this.instanceCount = 0;
  }

  /** `nowMs`: a steady clock. Call it after the commit. */
  remember({ server, services }: WrittenStates, nowMs: number): void {
    const isFull = this.instanceCount > MAX_INSTANCES;
    if (isFull || !this.isOf(server) || nowMs - this.sinceMs > MAX_AGE_MS) {
      this.forget();
      this.server = server;
      this.sinceMs = nowMs;
    }
    for (const written of services) this.rememberService(written);
  }

  private rememberService({ serviceName, known, row, instances }: WrittenService): void {
    let service = this.services.get(serviceName);
    if (service === undefined || service !== known) {
      // Who has written the service's row may have written any of its instances.
      this.instanceCount -= service?.instances.size ?? 0;
      service = { row, instances: new Map() };
      this.services.set(serviceName, service);
    }
    service.row = row;
    const sizeBefore = service.instances.size;
    for (const instance of instances) service.instances.set(instance.state.instanceId, instance);
    this.instanceCount += service.instances.size - sizeBefore;
  }
}
