import { readDocument } from './document.js';
import { unwrap } from './envelope.js';
import {
  instanceIdOf,
  messageOf,
  publisherIdOf,
  responseTimeMsOf,
  serviceNameOf,
  statusWordOf,
  timestampOf,
  ttlSecondsOf,
  versionOf,
} from './fields.js';
import type { Decoded, HealthEvent, Rejection } from './health-event.js';
import { messageIdOf } from './identity.js';
import { isRejection } from './rejection.js';
import { statusOf } from './status-vocabulary.js';

export interface DecodeLimits {
  /** The largest message taken, in bytes, envelope included. */
  readonly maxBytes: number;
}

/**
 * Makes a health event, version 1, of the bytes that came by `source` (a channel), or says why that is not
 * possible. Never throws. The first fault found is the one reported: size, encoding, depth, JSON, object,
 * envelope, then the fields in the order of the contract. Whether the timestamp is plausible is not decided
 * here: see received-event.ts.
 */
export function decodeHealthEvent(raw: Buffer, source: string, limits: DecodeLimits): Decoded {
  const result = decode(raw, source, limits);
  return isRejection(result) ? { ok: false, rejection: result } : { ok: true, event: result };
}

function decode(raw: Buffer, source: string, limits: DecodeLimits): HealthEvent | Rejection {
  const received = readDocument(raw, limits.maxBytes);
  if (isRejection(received)) return received;
  const unwrapped = unwrap(received);
  if (isRejection(unwrapped)) return unwrapped;
  const { root, text } = unwrapped.document;

  const serviceName = serviceNameOf(root);
  if (isRejection(serviceName)) return serviceName;
  const statusWord = statusWordOf(root);
  if (isRejection(statusWord)) return statusWord;
  const timestampMs = timestampOf(root, unwrapped.envelopeTime);
  if (isRejection(timestampMs)) return timestampMs;
  const id = publisherIdOf(root, unwrapped.envelopeId);
  if (isRejection(id)) return id;
  const instanceId = instanceIdOf(root);
  if (isRejection(instanceId)) return instanceId;
  const responseTimeMs = responseTimeMsOf(root);
  if (isRejection(responseTimeMs)) return responseTimeMs;
  const ttlSeconds = ttlSecondsOf(root);
  if (isRejection(ttlSeconds)) return ttlSeconds;
  const message = messageOf(root);
  if (isRejection(message)) return message;

  const status = statusOf(statusWord);
  return {
    serviceName,
    instanceId,
    status: status ?? 'unknown',
    isUnlistedStatus: status === undefined,
    timestampMs,
    messageId: messageIdOf({ serviceName, id, timestampMs, source, raw }),
    responseTimeMs,
    ttlSeconds,
    message,
    version: versionOf(root),
    payload: bytesOf(text, raw),
  };
}

/** The UTF-8 of a part of what was received; nearly always it is the whole, which need not be copied. */
const bytesOf = (text: string, raw: Buffer): Buffer =>
  Buffer.byteLength(text) === raw.length ? raw : Buffer.from(text);
