import { randomUUID } from 'node:crypto';
import { dedupKeyOf } from '../../events/identity.js';

/** An event that the verification publishes. */
export interface VerifyEvent {
  readonly messageId: string;
  readonly instanceId: string;
  readonly occurredMs: number;
  /** As it is published. */
  readonly text: string;
  /** Under which the journal knows it. */
  readonly dedupKey: string;
}

/** Promises no further event, so that its service never turns stale. Without a status it is a dead letter. */
export function verifyEvent(
  serviceName: string,
  instanceId: string,
  status: 'healthy' | 'degraded' | undefined,
  occurredMs: number,
): VerifyEvent {
  const messageId = randomUUID();
  const text = JSON.stringify({
    service_name: serviceName,
    instance_id: instanceId,
    status,
    message_id: messageId,
    timestamp: new Date(occurredMs).toISOString(),
    ttl_seconds: 0,
    message: 'npm run verify',
  });
  const dedupKey = dedupKeyOf({ messageId, timestampMs: occurredMs }) ?? messageId;
  return { messageId, instanceId, occurredMs, text, dedupKey };
}

/** What was published, and what must have become of it. */
export class Ledger {
  private readonly ids: string[] = [];
  /** Deliveries of events that were published before. */
  repeated = 0;
  /** Events that must become dead letters. */
  letters = 0;
  lettersRemoved = 0;

  get isEmpty(): boolean {
    return this.ids.length + this.letters === 0;
  }

  /** Events that must be rows, each once. */
  get messageIds(): readonly string[] {
    return this.ids;
  }

  /** To be called once somebody has heard them: whatever happens then, they must become rows. */
  expect(...events: readonly VerifyEvent[]): void {
    this.ids.push(...events.map(({ messageId }) => messageId));
  }
}
