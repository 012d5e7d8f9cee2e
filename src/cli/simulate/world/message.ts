import type { Delivery } from './deliveries.js';

/** The health event, version 1, that a report is published as. */
export function messageOf({ service, report, number, timestampMs }: Delivery): Buffer {
  const { ttlSeconds, dialect } = service;
  return Buffer.from(
    JSON.stringify({
      message_id: messageIdOf(number),
      service_name: service.name,
      instance_id: report.spell.instanceId,
      status: dialect[report.condition],
      timestamp: new Date(timestampMs).toISOString(),
      ...(ttlSeconds === null ? {} : { ttl_seconds: ttlSeconds }),
    }),
  );
}

/** A UUID for each number. */
const messageIdOf = (number: number): string =>
  `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
