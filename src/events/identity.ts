import type { HealthEvent } from './health-event.js';
import { isUuid, namespaceOf, uuidV5 } from './uuid.js';

/**
 * This project's namespaces (RFC 9562, section 6.6). Random once, fixed for ever: another value would make
 * every redelivery a new event.
 */
const PUBLISHER_ID_NAMESPACE = namespaceOf('7f016809-b16c-4039-ac99-8d90e17b7f76');
const RAW_BYTES_NAMESPACE = namespaceOf('0b1a61ed-cb93-4ca8-b51e-626033d2bc87');
const JOURNAL_NAMESPACE = namespaceOf('3cb57e2a-3524-4627-b1d4-bfb1b1246096');

/** What an event's identity is made of. */
export interface IdentitySource {
  readonly serviceName: string;
  /** The publisher's id, 1–128 characters; null where it sent none. */
  readonly id: string | null;
  readonly timestampMs: number | null;
  /** The channel the event came by. */
  readonly source: string;
  /** The message exactly as received, envelope and all. */
  readonly raw: Uint8Array;
}

/**
 * The identity that every instance and every delivery agrees on: the id itself if it is a UUID (lower case), else
 * UUIDv5 of service and id, else, with a timestamp, UUIDv5 of channel and raw bytes. Null where nothing
 * tells one report of the same words from the next.
 */
export function messageIdOf(from: IdentitySource): string | null {
  if (from.id !== null) {
    return isUuid(from.id)
      ? from.id.toLowerCase()
      : uuidV5(PUBLISHER_ID_NAMESPACE, from.serviceName, from.id);
  }
  return from.timestampMs === null ? null : uuidV5(RAW_BYTES_NAMESPACE, from.source, from.raw);
}

/**
 * Under which a delivery is recognised as a duplicate: the message id and the publisher's timestamp in
 * milliseconds, or the id alone where it sent none; null for an event without identity.
 */
export function dedupKeyOf(event: Pick<HealthEvent, 'messageId' | 'timestampMs'>): string | null {
  if (event.messageId === null || event.timestampMs === null) return event.messageId;
  return `${event.messageId}:${event.timestampMs}`;
}

/** The identity of an event that has none of its own: its place in the journal, stable across redelivery. */
export function journalMessageId(journalId: string, index: number): string {
  return uuidV5(JOURNAL_NAMESPACE, journalId, String(index));
}
