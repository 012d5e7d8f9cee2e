import type { JsonObject } from './document.js';
import type { Rejection } from './health-event.js';
import { invalidField, rejection, shown } from './rejection.js';
import {
  firstCharacters,
  hasControlOrLoneSurrogate,
  hasNulOrLoneSurrogate,
  isLongerThan,
  storable,
} from './text.js';
import { timestampMsOf } from './timestamp.js';

/** In characters (code points). */
export const MAX_NAME_CHARACTERS = 200;
export const MAX_ID_CHARACTERS = 128;
const MAX_MESSAGE_CHARACTERS = 4096;
const MAX_VERSION_CHARACTERS = 200;
/** A week. */
export const MAX_TTL_SECONDS = 604_800;
const DEFAULT_INSTANCE_ID = 'default';

const NAME_RULE = `a string of 1–${MAX_NAME_CHARACTERS} characters without control characters`;

/** `service_name`, else `service`. As in every reader below, null and absent are the same. */
export function serviceNameOf(root: JsonObject): string | Rejection {
  const value = root['service_name'] ?? root['service'] ?? null;
  if (value === null) return rejection('missing_service_name', 'service_name is required');
  const name = nameOf(value);
  return (
    name ??
    rejection('invalid_service_name', `service_name must be ${NAME_RULE}; got ${shown(value)}`)
  );
}

/** The publisher's own word for its status. */
export function statusWordOf(root: JsonObject): string | Rejection {
  const value = root['status'] ?? null;
  if (value === null) return rejection('missing_status', 'status is required');
  if (typeof value === 'string' && value.trim() !== '') return value;
  return invalidField('status', 'a word', value);
}

export function instanceIdOf(root: JsonObject): string | Rejection {
  const value = root['instance_id'] ?? null;
  if (value === null) return DEFAULT_INSTANCE_ID;
  return nameOf(value) ?? invalidField('instance_id', NAME_RULE, value);
}

/** Whole milliseconds; `envelopeTime` stands in where the event has no timestamp of its own. */
export function timestampOf(root: JsonObject, envelopeTime: unknown): number | null | Rejection {
  const own = root['timestamp'] ?? null;
  const value = own ?? envelopeTime ?? null;
  if (value === null) return null;
  const field = own === null ? 'time' : 'timestamp';
  return (
    timestampMsOf(value) ?? invalidField(field, 'ISO-8601 or epoch seconds or milliseconds', value)
  );
}

/**
 * The publisher's id as text. A safe integer counts as its decimal text; larger numbers are refused, for
 * JSON.parse has rounded them and two events would become one. `envelopeId` stands in where the event has none.
 */
export function publisherIdOf(root: JsonObject, envelopeId: unknown): string | null | Rejection {
  const value = root['message_id'] ?? root['id'] ?? envelopeId ?? null;
  if (value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'string' && isId(value)) return value;
  const field = (root['message_id'] ?? null) === null ? 'id' : 'message_id';
  return invalidField(field, `a string of 1–${MAX_ID_CHARACTERS} characters without NUL`, value);
}

export function responseTimeMsOf(root: JsonObject): number | null | Rejection {
  const value = root['response_time_ms'] ?? null;
  if (value === null) return null;
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value + 0; // no -0
  return invalidField('response_time_ms', 'a finite number >= 0', value);
}

/** Whole seconds, rounded up: a promise is never taken as shorter than it was made. */
export function ttlSecondsOf(root: JsonObject): number | null | Rejection {
  const value = root['ttl_seconds'] ?? null;
  if (value === null) return null;
  if (value === 0) return 0; // -0 too
  if (typeof value === 'number' && value >= 1 && value <= MAX_TTL_SECONDS) return Math.ceil(value);
  return invalidField('ttl_seconds', `0 or a number from 1 to ${MAX_TTL_SECONDS}`, value);
}

export function messageOf(root: JsonObject): string | null | Rejection {
  const value = root['message'] ?? null;
  if (value === null) return null;
  if (typeof value !== 'string') return invalidField('message', 'a string', value);
  return storable(firstCharacters(value, MAX_MESSAGE_CHARACTERS));
}

/** Text or a number, shortened; anything else is left to the payload, never a reason to reject. */
export function versionOf(root: JsonObject): string | null {
  const value = root['version'];
  if (typeof value === 'string') return storable(firstCharacters(value, MAX_VERSION_CHARACTERS));
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

/** A name without the blanks around it; undefined for what cannot be a name. */
function nameOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const name = value.trim();
  const isName =
    name !== '' && !isLongerThan(name, MAX_NAME_CHARACTERS) && !hasControlOrLoneSurrogate(name);
  return isName ? name : undefined;
}

function isId(text: string): boolean {
  return text !== '' && !isLongerThan(text, MAX_ID_CHARACTERS) && !hasNulOrLoneSurrogate(text);
}
