import type { BareEvent, HealthEvent, Micros, ReceivedEvent, Rejection } from './health-event.js';
import { journalMessageId } from './identity.js';
import { rejection } from './rejection.js';

const DAY_US = 86_400_000_000;
/** How far a publisher's clock may run ahead of the journal's. */
const MAX_CLOCK_AHEAD_MINUTES = 5;
const MAX_CLOCK_AHEAD_US = MAX_CLOCK_AHEAD_MINUTES * 60_000_000;

/** Where in the journal an event was found. */
export interface JournalPlace {
  readonly journalId: string;
  /** The event's place in the entry, from 0. */
  readonly index: number;
  /** When the journal took the entry. */
  readonly atUs: Micros;
}

export type Received =
  | { readonly ok: true; readonly event: ReceivedEvent }
  | { readonly ok: false; readonly rejection: Rejection };

/**
 * Gives an event the identity and the times it is stored under, which depend on nothing but the event and
 * its place in the journal, so that a redelivery meets its own row. The events of one entry lie a microsecond
 * apart. A timestamp more than `windowDays` before or 5 minutes after reception is refused; the bounds themselves
 * are taken.
 */
export function receive(event: HealthEvent, place: JournalPlace, windowDays: number): Received {
  return receiveBare(event, event.payload, place, windowDays);
}

/** {@link receive} for an event whose document stands by itself. */
export function receiveBare(
  event: BareEvent,
  payload: Buffer,
  place: JournalPlace,
  windowDays: number,
): Received {
  const receivedAtUs = place.atUs + place.index;
  const occurredAtUs = event.timestampMs === null ? receivedAtUs : event.timestampMs * 1000;
  if (occurredAtUs < receivedAtUs - windowDays * DAY_US) {
    return refused(event, `more than ${windowDays} days before`, receivedAtUs);
  }
  if (occurredAtUs > receivedAtUs + MAX_CLOCK_AHEAD_US) {
    return refused(event, `more than ${MAX_CLOCK_AHEAD_MINUTES} minutes after`, receivedAtUs);
  }
  const messageId = event.messageId ?? journalMessageId(place.journalId, place.index);
  return { ok: true, event: withPlace(event, payload, messageId, occurredAtUs, receivedAtUs) };
}

/** Field by field: a spread took 3 µs an event where this takes 30 ns (Node 20). */
function withPlace(
  event: BareEvent,
  payload: Buffer,
  messageId: string,
  occurredAtUs: Micros,
  receivedAtUs: Micros,
): ReceivedEvent {
  return {
    serviceName: event.serviceName,
    instanceId: event.instanceId,
    status: event.status,
    isUnlistedStatus: event.isUnlistedStatus,
    timestampMs: event.timestampMs,
    messageId,
    responseTimeMs: event.responseTimeMs,
    ttlSeconds: event.ttlSeconds,
    message: event.message,
    version: event.version,
    payload,
    occurredAtUs,
    receivedAtUs,
  };
}

function refused(event: BareEvent, limit: string, receivedAtUs: Micros): Received {
  const timestamp = isoOf(event.timestampMs ?? 0);
  const detail = `timestamp ${timestamp} lies ${limit} its reception at ${isoOf(receivedAtUs / 1000)}`;
  return { ok: false, rejection: rejection('timestamp_out_of_window', detail) };
}

/** The decoder lets no time pass that a Date cannot hold. */
function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
