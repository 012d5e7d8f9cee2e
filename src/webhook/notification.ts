import type { Status } from '../events/status-vocabulary.js';
import { signatureHeaders } from './signature.js';

/** A change of a service's status, as its receiver is told. */
export interface StatusNotification {
  readonly kind: 'status';
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

/** A change of an alert of the monitor itself; what is told of it was put together when it changed. */
export interface AlertNotification {
  readonly kind: 'alert';
  readonly id: string;
  readonly changedAtMs: number;
  readonly alert: Readonly<Record<string, unknown>> & { readonly name: string };
}

export type Notification = StatusNotification | AlertNotification;

/** The body, byte for byte the same in every attempt. */
export function bodyOf(notification: Notification): string {
  const { id } = notification;
  const changed_at = new Date(notification.changedAtMs).toISOString();
  switch (notification.kind) {
    case 'status':
      return JSON.stringify({
        id,
        type: 'status.changed',
        service_name: notification.serviceName,
        from_status: notification.fromStatus,
        to_status: notification.toStatus,
        changed_at,
        reason: notification.reason,
        instance_id: notification.instanceId,
        message_id: notification.messageId,
      });
    case 'alert':
      return JSON.stringify({ id, type: 'alert.changed', changed_at, ...notification.alert });
  }
}

/** What it is about, as the log has it. */
export const subjectOf = (notification: Notification): Readonly<Record<string, string>> =>
  notification.kind === 'status'
    ? { service_name: notification.serviceName }
    : { alert: notification.alert.name };

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
