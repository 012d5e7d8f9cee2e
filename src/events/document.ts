import { isUtf8 } from 'node:buffer';
import { isDeeperThan } from './depth.js';
import type { Rejection } from './health-event.js';
import { rejection, shown } from './rejection.js';
import { printable } from './text.js';

/** Deeper than any report of checks and metrics, far below what a parser or PostgreSQL finds hard. */
export const MAX_DEPTH = 64;

const ERROR_CHARACTERS = 120;

/** A JSON object as sent: own properties only, for JSON.parse makes even `__proto__` an own one. */
export type JsonObject = Readonly<Record<string, unknown>>;

export interface JsonDocument {
  readonly root: JsonObject;
  /** The source text of `root`, verbatim, without byte order mark and surrounding blanks. */
  readonly text: string;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads raw bytes as one JSON object, the cheapest check first. */
export function readDocument(raw: Buffer, maxBytes: number): JsonDocument | Rejection {
  if (raw.length > maxBytes) {
    return rejection('too_large', `${raw.length} bytes; the limit is ${maxBytes} bytes`);
  }
  if (!isUtf8(raw)) return rejection('invalid_encoding', 'the bytes are not valid UTF-8');
  const text = raw.toString('utf8', hasByteOrderMark(raw) ? 3 : 0);
  if (isDeeperThan(text, MAX_DEPTH)) {
    return rejection('too_deep', `nested deeper than the limit of ${MAX_DEPTH} levels`);
  }
  return parse(text);
}

function parse(text: string): JsonDocument | Rejection {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return rejection('invalid_json', printable(message, ERROR_CHARACTERS));
  }
  if (isJsonObject(root)) return { root, text: text.trim() };
  return rejection('not_an_object', `the document must be a JSON object; got ${shown(root)}`);
}

function hasByteOrderMark(raw: Buffer): boolean {
  return raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf;
}
