import type { Report } from './instance.js';

/** What a report gets when it is published. */
export interface Stamp {
  readonly messageId: string;
  readonly timestampMs: number;
  /** The promise of the next event. */
  readonly ttlSeconds: number;
  /** Named in the envelope of services that emit as Nest does. */
  readonly channel: string;
}

/** The health event, version 1, that a report is published as, in its service's words and envelope. */
export function messageOf(report: Report, stamp: Stamp): string {
  const { service, instanceId } = report;
  const { messageId, channel } = stamp;
  const timestamp = new Date(stamp.timestampMs).toISOString();
  const content = contentOf(report, stamp.ttlSeconds);
  switch (service.envelope) {
    case 'plain':
      return JSON.stringify({ message_id: messageId, timestamp, ...content });
    case 'nest':
      return JSON.stringify({
        pattern: channel,
        data: { message_id: messageId, timestamp, ...content },
      });
    case 'cloudevents':
      return JSON.stringify({
        specversion: '1.0',
        type: 'com.example.shop.health',
        source: `/${service.name}/${instanceId}`,
        id: messageId,
        time: timestamp,
        datacontenttype: 'application/json',
        data: content,
      });
  }
}

function contentOf(report: Report, ttlSeconds: number): Readonly<Record<string, unknown>> {
  const { service, instanceId, version, condition, message, checks, reading } = report;
  return {
    service_name: service.name,
    instance_id: instanceId,
    status: service.dialect[condition],
    ...(message === null ? {} : { message }),
    version,
    ttl_seconds: ttlSeconds,
    response_time_ms: reading.responseTimeMs,
    checks,
    metrics: {
      requests_per_second: reading.requestsPerSecond,
      error_rate: reading.errorRate,
      cpu_percent: reading.cpuPercent,
      memory_mb: reading.memoryMegabytes,
    },
  };
}
