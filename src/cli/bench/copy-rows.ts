import type { FleetEvent } from './fleet.js';

/** Of `health_messages`, in the order of {@link copyRow}. */
export const COPY_COLUMNS =
  'occurred_at, message_id, received_at, service_name, instance_id, status, response_time_ms, ' +
  'ttl_seconds, version, payload';

/** Text format; in these rows nothing but the backslash, of which JSON is free here, needs escaping. */
export function copyRow(event: FleetEvent): string {
  const at = new Date(event.timestampMs).toISOString();
  const fields = [at, event.messageId, at, event.serviceName, event.instanceId, event.status];
  const rest = [event.responseTimeMs, event.ttlSeconds, event.version, event.json];
  return `${[...fields, ...rest].join('\t')}\n`;
}
