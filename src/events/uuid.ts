import { hash } from 'node:crypto';

const NAMESPACE_BYTES = 16;
const LENGTH_PREFIX_BYTES = 4;
/** Holds what is hashed for nearly every event, so that hashing allocates next to nothing. */
const scratch = Buffer.allocUnsafeSlow(4096);

/** 1 for the ASCII codes of 0–9, a–f, A–F: looking up takes a third of comparing. */
const IS_HEX_DIGIT = new Uint8Array(128);
for (const digit of '0123456789abcdefABCDEF') IS_HEX_DIGIT[digit.charCodeAt(0)] = 1;

/** A namespace UUID as the 16 bytes that are hashed. */
export function namespaceOf(uuid: string): Uint8Array {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

/**
 * UUIDv5 (RFC 9562, section 5.5) of several parts. Each part is preceded by its length in bytes (unsigned,
 * 32 bits, big endian), so that ('ab', 'c') and ('a', 'bc') differ; text is hashed as UTF-8.
 */
export function uuidV5(namespace: Uint8Array, ...parts: readonly (string | Uint8Array)[]): string {
  let size = NAMESPACE_BYTES;
  for (const part of parts) size += LENGTH_PREFIX_BYTES + byteLengthOf(part);
  const input = size <= scratch.length ? scratch : Buffer.allocUnsafe(size);
  input.set(namespace);
  let at = NAMESPACE_BYTES;
  for (const part of parts) {
    const start = at + LENGTH_PREFIX_BYTES;
    at = start + writePart(input, part, start);
    input.writeUInt32BE(at - start, start - LENGTH_PREFIX_BYTES);
  }
  return formatUuidV5(hash('sha1', input.subarray(0, size), 'hex'));
}

/** UUIDv5 of one name's bytes and nothing else, as the examples of the RFC have it. */
export function uuidV5OfName(namespace: Uint8Array, name: string): string {
  return formatUuidV5(hash('sha1', Buffer.concat([namespace, Buffer.from(name)]), 'hex'));
}

/** True for the 8-4-4-4-12 form of any version, in any case. */
export function isUuid(text: string): boolean {
  if (text.length !== 36) return false;
  let hexDigits = 0;
  for (let i = 0; i < 36; i++) hexDigits += IS_HEX_DIGIT[text.charCodeAt(i)] ?? 0;
  const hasDashes = text[8] === '-' && text[13] === '-' && text[18] === '-' && text[23] === '-';
  return hexDigits === 32 && hasDashes;
}

function byteLengthOf(part: string | Uint8Array): number {
  return typeof part === 'string' ? Buffer.byteLength(part) : part.length;
}

/** How many bytes the part took. */
function writePart(target: Buffer, part: string | Uint8Array, at: number): number {
  if (typeof part === 'string') return target.write(part, at);
  target.set(part, at);
  return part.length;
}

/** The first 128 bits of a SHA-1 with version 5 and the RFC's variant written over them. */
function formatUuidV5(sha1: string): string {
  const variant = '89ab'.charAt(Number.parseInt(sha1.charAt(16), 16) & 0x3);
  return (
    `${sha1.slice(0, 8)}-${sha1.slice(8, 12)}-5${sha1.slice(13, 16)}-` +
    `${variant}${sha1.slice(17, 20)}-${sha1.slice(20, 32)}`
  );
}
