import { isJsonObject } from './document.js';
import type { JsonDocument, JsonObject } from './document.js';
import type { Rejection } from './health-event.js';
import { sourceOfProperty } from './json-slice.js';
import { invalidField } from './rejection.js';

/** A CloudEvent inside a Nest message, or the other way round; what is wrapped deeper is no event. */
const MAX_ENVELOPES = 2;

/** An event out of its envelopes, with what a CloudEvents envelope says in the event's stead. */
export interface Unwrapped {
  readonly document: JsonDocument;
  /** The CloudEvents `id`; undefined without such an envelope. The innermost one counts. */
  readonly envelopeId: unknown;
  /** The CloudEvents `time`; undefined where none was sent. The innermost one counts. */
  readonly envelopeTime: unknown;
}

/**
 * Takes the event out of a Nest `{"pattern", "data"}` message and a CloudEvents 1.0 document (structured
 * mode, https://github.com/cloudevents/spec). An envelope is recognised by its whole shape and never where a
 * service is named beside it, so that an event may have fields called `data`, `id` or `pattern`.
 */
export function unwrap(document: JsonDocument): Unwrapped | Rejection {
  let current = document;
  let envelopeId: unknown;
  let envelopeTime: unknown;
  for (let level = 0; level < MAX_ENVELOPES && !namesService(current.root); level++) {
    const { root } = current;
    if (isCloudEvent(root)) {
      envelopeId = root['id'];
      envelopeTime = root['time'] ?? envelopeTime;
    } else if (!isNestMessage(root)) {
      break;
    }
    const data = root['data'];
    const text = sourceOfProperty(current.text, 'data');
    if (!isJsonObject(data) || text === undefined) {
      return invalidField('data', 'a JSON object in a CloudEvents envelope', data);
    }
    current = { root: data, text };
  }
  return { document: current, envelopeId, envelopeTime };
}

function namesService(root: JsonObject): boolean {
  return (root['service_name'] ?? root['service'] ?? null) !== null;
}

/** `{pattern, data}` of an event, `{pattern, data, id}` of a request, and nothing else. */
function isNestMessage(root: JsonObject): boolean {
  const pattern = root['pattern'];
  if (typeof pattern !== 'string' && !isJsonObject(pattern)) return false;
  if (!isJsonObject(root['data'])) return false;
  return Object.keys(root).length === (Object.hasOwn(root, 'id') ? 3 : 2);
}

function isCloudEvent(root: JsonObject): boolean {
  const version = root['specversion'];
  return (
    typeof version === 'string' &&
    version.startsWith('1.') &&
    isFilledString(root['id']) &&
    isFilledString(root['source']) &&
    isFilledString(root['type'])
  );
}

function isFilledString(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
