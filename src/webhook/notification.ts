import type { Status } from '../events/status-vocabulary.js';
import { signatureHeaders } from './signature.js';

/** A change of a service's status, as its receiver is told. */
export interface Notification {
  /** The same in every attempt, of whichever instance. */
  readonly id: string;
  readonly serviceName: string;
  readonly fromStatus: Status | null;
  readonly toStatus: Status;
  readonly changedAtMs: number;
  readonly reason: string;
  readonly instanceId: string | null;
  readonly messageId: string | null;
}

/** The body, byte for byte the same in every attempt. */
export const bodyOf = (notification: Notification): string =>
  JSON.stringify({
    id: notification.id,
    service_name: notification.serviceName,
    from_status: notification.fromStatus,
    to_status: notification.toStatus,
    changed_at: new Date(notification.changedAtMs).toISOString(),
    reason: notification.reason,
    instance_id: notification.instanceId,
    message_id: notification.messageId,
  });

/** Signed where there is a secret. */
export function headersOf(
  id: string,
  body: string,
  secret: string | null,
  nowMs: number,
): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    'User-Agent': 'health-monitor',
    'Idempotency-Key': id,
    'webhook-id': id,
    ...(secret === null ? {} : signatureHeaders(secret, id, Math.floor(nowMs / 1_000), body)),
  };
}
