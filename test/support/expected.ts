import type { EventDocument } from './factories.js';

/** What each word that {@link fleet} publishes means. Source: the status mapping of the contract. */
const MEANING: Readonly<Record<string, string>> = {
  healthy: 'healthy',
  ok: 'healthy',
  degraded: 'degraded',
  warn: 'degraded',
  unhealthy: 'unhealthy',
  DOWN: 'unhealthy',
  starting: 'unknown',
};

/** Worst first. */
const SEVERITY = ['unhealthy', 'stale', 'degraded', 'unknown', 'healthy'] as const;

/** The worst of some statuses; unknown where there are none. */
export const worst = (statuses: readonly string[]): string =>
  SEVERITY.find((status) => statuses.includes(status)) ?? 'unknown';

export interface ExpectedService {
  readonly service_name: string;
  readonly current_status: string;
  readonly message_count: number;
  readonly instance_count: number;
}

/** What is to be said of the services of events that were published in the order of their times. */
export function expectedServices(events: readonly EventDocument[]): ExpectedService[] {
  const services = new Map<string, { count: number; readonly instances: Map<string, string> }>();
  for (const { service_name, instance_id = 'default', status } of events) {
    const service = services.get(service_name) ?? { count: 0, instances: new Map() };
    services.set(service_name, service);
    service.count += 1;
    service.instances.set(instance_id, MEANING[status] ?? 'unknown');
  }
  return [...services]
    .map(([service_name, { count, instances }]) => ({
      service_name,
      current_status: worst([...instances.values()]),
      message_count: count,
      instance_count: instances.size,
    }))
    .sort((a, b) => (a.service_name < b.service_name ? -1 : 1));
}
