import { Batch, type BatchLimits } from '../../src/consumer/batch.js';
import { decodeHealthEvent } from '../../src/events/decoder.js';
import type { HealthEvent, Rejection, RejectionReason } from '../../src/events/health-event.js';
import { parseEntry } from '../../src/journal/entry.js';
import { readJournaled } from '../../src/observation/synthetic-message.js';

export const LIMITS: BatchLimits = { eventMaxBytes: 262_144, windowDays: 7 };
const SOURCE = 'health:events';
const MAX_DETAIL_CHARACTERS = 300;

const RULE = String.raw`must be .+; got .+`;
/** What the detail of each rejection has to name: the field, and the limit where there is one. */
const DETAILS: Partial<Record<RejectionReason, RegExp>> = {
  invalid_json: /\S/,
  not_an_object: /^the document must be a JSON object; got ./,
  too_large: /^\d+ bytes; the limit is 262144 bytes$/,
  too_deep: /limit of 64 levels/,
  missing_service_name: /^service_name is required$/,
  invalid_service_name: new RegExp(`^service_name ${RULE}$`),
  missing_status: /^status is required$/,
  invalid_field: new RegExp(
    `^(data|status|timestamp|time|id|message_id|instance_id|response_time_ms|ttl_seconds|message) ${RULE}$`,
  ),
  timestamp_out_of_window:
    /^timestamp \S+ lies more than (7 days before|5 minutes after) its reception at \S+$/,
  invalid_encoding: /UTF-8/,
};

/** A sentence that is no true one is the message of the error. */
function must(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

/**
 * What becomes of one message, received at `atUs`.
 *
 * @throws where it is not exactly one thing, or is not the same when looked at again, or where what is
 *   taken or said of it is not sound.
 */
export function expectSound(raw: Buffer, atUs: number): 'candidate' | 'letter' | 'synthetic' {
  const decoded = decodeHealthEvent(raw, SOURCE, { maxBytes: LIMITS.eventMaxBytes });
  const again = decodeHealthEvent(Buffer.from(raw), SOURCE, { maxBytes: LIMITS.eventMaxBytes });
  must(JSON.stringify(decoded) === JSON.stringify(again), 'decoded twice, it is the same');
  if (decoded.ok) expectSoundEvent(decoded.event, raw);
  else expectSoundRejection(decoded.rejection);

  const batch = new Batch(LIMITS);
  const events = batch.add(parseEntry('1-0', [...at(atUs), Buffer.from(SOURCE), raw]), atUs);
  if (readJournaled(SOURCE, raw) !== null) {
    must(!decoded.ok, 'what is the application’s own is no health event');
    return 'synthetic';
  }
  must(events === 1, 'it is one event');
  must(batch.candidates.length + batch.letters.length === 1, 'it becomes exactly one thing');
  const [letter] = batch.letters;
  if (letter === undefined) return 'candidate';
  must(letter.raw.equals(raw), 'a dead letter keeps the bytes');
  expectSoundRejection(letter);
  return 'letter';
}

const at = (atUs: number): Buffer[] => ['at', String(atUs)].map((text) => Buffer.from(text));

function expectSoundRejection({ reason, detail }: Rejection): void {
  must(DETAILS[reason]?.test(detail) === true, `${reason} says what and by which limit: ${detail}`);
  must(detail.length <= MAX_DETAIL_CHARACTERS, 'a detail is short');
  must(!/[\p{Control}\p{Surrogate}]/u.test(detail), 'a detail is printable');
}

function expectSoundEvent(event: HealthEvent, raw: Buffer): void {
  const payload = event.payload.toString();
  const root: unknown = JSON.parse(payload);
  must(typeof root === 'object' && root !== null && !Array.isArray(root), 'payload is an object');
  must(raw.includes(event.payload), 'payload is a part of the message, to the byte');
  const sent = root as Readonly<Record<string, unknown>>;
  const name = sent['service_name'] ?? sent['service'];
  must(typeof name === 'string' && name.trim() === event.serviceName, 'the name is the one sent');
  must(payload.startsWith('{') && payload.endsWith('}'), 'payload has no blanks around');
  for (const text of [event.serviceName, event.instanceId]) {
    must(!/[\p{Control}\p{Surrogate}]/u.test(text), 'names hold no control characters');
    must(text !== '' && Array.from(text).length <= 200, 'names have 1–200 characters');
  }
  for (const text of [event.message ?? '', event.version ?? '']) {
    must(!/[\0\p{Surrogate}]/u.test(text), 'text is such as PostgreSQL holds');
    must(Array.from(text).length <= 4096, 'text is short');
  }
  must(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(event.messageId ?? NIL), 'id is a UUID');
  must(event.messageId !== null || event.timestampMs === null, 'a timestamp makes an identity');
  must(Number.isSafeInteger(event.timestampMs ?? 0), 'times are whole milliseconds');
  must(Number.isInteger(event.ttlSeconds ?? 0) && (event.ttlSeconds ?? 0) <= 604_800, 'TTL');
  must(Number.isFinite(event.responseTimeMs ?? 0), 'response times are finite');
  must((event.responseTimeMs ?? 0) >= 0 && (event.ttlSeconds ?? 0) >= 0, 'nothing is negative');
}

const NIL = '00000000-0000-0000-0000-000000000000';
