import type { InstanceState } from '../../status/projection.js';
import type { FleetEvent } from './fleet.js';

export const TRANSITION_COLUMNS =
  'occurred_at, service_name, instance_id, message_id, received_at, from_status, to_status, reason';

/** What becomes of a fleet's instances by its events: their states, and the transitions. */
export class FilledInstances {
  private readonly byKey = new Map<string, InstanceState>();
  private transitions: string[] = [];

  /** Events that were received as they occurred, each instance's in order. */
  take(event: FleetEvent): void {
    const key = `${event.serviceName}\n${event.instanceId}`;
    const before = this.byKey.get(key) ?? null;
    const atUs = event.timestampMs * 1_000;
    const { status, messageId } = event;
    const isChange = before?.status !== status;
    if (isChange) this.transitions.push(transitionRow(event, before?.status ?? null));
    this.byKey.set(key, {
      serviceName: event.serviceName,
      instanceId: event.instanceId,
      status,
      statusSinceUs: isChange ? atUs : before.statusSinceUs,
      streak: 0,
      newest: { occurredAtUs: atUs, receivedAtUs: atUs, messageId },
      firstSeenUs: before?.firstSeenUs ?? atUs,
      lastSeenUs: atUs,
      lastMessageId: messageId,
      ttlSeconds: event.ttlSeconds,
      dueAtUs: null,
      silentSinceUs: null,
      recoveredAtUs: null,
      version: event.version,
      responseTimeMs: event.responseTimeMs,
      message: null,
      messageCount: (before?.messageCount ?? 0) + 1,
    });
  }

  /** Rows for COPY since the last call. */
  takeTransitions(): string[] {
    const rows = this.transitions;
    this.transitions = [];
    return rows;
  }

  states(): InstanceState[] {
    return [...this.byKey.values()];
  }

  serviceNames(): string[] {
    return [...new Set(this.states().map(({ serviceName }) => serviceName))];
  }
}

function transitionRow(event: FleetEvent, from: string | null): string {
  const at = new Date(event.timestampMs).toISOString();
  const reason = from === null ? 'first_event' : 'event';
  const fields = [at, event.serviceName, event.instanceId, event.messageId, at];
  return `${[...fields, from ?? '\\N', event.status, reason].join('\t')}\n`;
}
