import type { ReceivedEvent } from '../events/health-event.js';
import type { KnownService, StoredInstance, StoredService } from './known-states.js';
import { comparePositions } from './position.js';

/** What one transaction has of an instance, and makes of it. */
export class InstanceBatch {
  /** Its row; null where it has none. */
  before: StoredInstance | null = null;
  /** Its row as the events leave it; null until they are projected. */
  after: StoredInstance | null = null;

  constructor(
    readonly serviceName: string,
    readonly instanceId: string,
    /** In position order. */
    readonly events: [ReceivedEvent, ...ReceivedEvent[]],
  ) {}
}

/** More instances than this are found by a map; fewer are gone through. */
const FEW_INSTANCES = 8;

/** What one transaction has of a service, and makes of it. */
export class ServiceBatch {
  readonly instances: InstanceBatch[] = [];
  /** What was remembered of it; null where its row is another now. */
  known: KnownService | null = null;
  /** Its row, once it is locked. */
  before: StoredService | null = null;
  after: StoredService | null = null;
  private byId: Map<string, InstanceBatch> | null = null;

  constructor(readonly serviceName: string) {}

  /** Events come in position order. */
  add(event: ReceivedEvent): void {
    const instance = this.instance(event.instanceId);
    if (instance !== undefined) instance.events.push(event);
    else this.begin(event);
  }

  instance(instanceId: string): InstanceBatch | undefined {
    if (this.byId !== null) return this.byId.get(instanceId);
    return this.instances.find((instance) => instance.instanceId === instanceId);
  }

  private begin(event: ReceivedEvent): void {
    const instance = new InstanceBatch(this.serviceName, event.instanceId, [event]);
    this.instances.push(instance);
    if (this.byId !== null) this.byId.set(event.instanceId, instance);
    else if (this.instances.length > FEW_INSTANCES) {
      this.byId = new Map(this.instances.map((one) => [one.instanceId, one]));
    }
  }
}

export type ServiceBatches = ReadonlyMap<string, ServiceBatch>;

export function groupByService(events: readonly ReceivedEvent[]): ServiceBatches {
  const services = new Map<string, ServiceBatch>();
  for (const event of [...events].sort(comparePositions)) {
    let service = services.get(event.serviceName);
    if (service === undefined) {
      service = new ServiceBatch(event.serviceName);
      services.set(event.serviceName, service);
    }
    service.add(event);
  }
  return services;
}

export function* instancesOf(services: ServiceBatches): Generator<InstanceBatch> {
  for (const { instances } of services.values()) yield* instances;
}
