import type { InstanceStatus } from './status-vocabulary.js';

/** Unix time in microseconds. Fits a double exactly until the year 2255. */
export type Micros = number;

/**
 * What a publisher said, decoded and checked. Times that only the journal knows (`received_at`, and
 * `occurred_at` of an event without a timestamp) are added by {@link ReceivedEvent}.
 */
export interface HealthEvent {
  readonly serviceName: string;
  readonly instanceId: string;
  /** `left` where the publisher sent a leave word. */
  readonly status: InstanceStatus;
  /** True where the publisher's word for the status is not in the vocabulary (taken as unknown). */
  readonly isUnlistedStatus: boolean;
  /** The publisher's time in whole milliseconds, null where it sent none. */
  readonly timestampMs: number | null;
  /** Lower-case UUID; null where the event has neither id nor timestamp (see identity.ts). */
  readonly messageId: string | null;
  readonly responseTimeMs: number | null;
  /** The publisher's promise of its next event; 0 promises none; null: the configured default. */
  readonly ttlSeconds: number | null;
  /** At most 4096 characters. */
  readonly message: string | null;
  readonly version: string | null;
  /** The JSON document of the event itself (an envelope's content, not the envelope), to the byte. */
  readonly payload: Buffer;
}

/** Why an event cannot be stored; the words are part of the outside contract. */
export const REJECTION_REASONS = [
  'invalid_json',
  'not_an_object',
  'too_large',
  'too_deep',
  'missing_service_name',
  'invalid_service_name',
  'missing_status',
  'invalid_field',
  'timestamp_out_of_window',
  'invalid_encoding',
  'too_many_services',
  'too_many_instances',
  'storage_rejected',
  'too_many_attempts',
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

export interface Rejection {
  readonly reason: RejectionReason;
  /** One sentence that names the field and the limit. Never contains control characters. */
  readonly detail: string;
}

/** An event without its document, where that is the whole of the bytes that came. */
export type BareEvent = Omit<HealthEvent, 'payload'>;

export type Decoded =
  | { readonly ok: true; readonly event: HealthEvent }
  | { readonly ok: false; readonly rejection: Rejection };

export type BareDecoded =
  | { readonly ok: true; readonly event: BareEvent }
  | { readonly ok: false; readonly rejection: Rejection };

/** A decoded event with the identity and the times under which it is stored. */
export interface ReceivedEvent extends HealthEvent {
  readonly messageId: string;
  /** The publisher's time, else {@link receivedAtUs}. With `messageId` the key of the audit log. */
  readonly occurredAtUs: Micros;
  /** When the journal took the event: the entry's `at` plus the event's index in it. */
  readonly receivedAtUs: Micros;
}
