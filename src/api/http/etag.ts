import { createHash } from 'node:crypto';

/**
 * The tag of an answer whose meaning is all in `content`. Weak: answers with equal tags may differ
 * in what the tag leaves out. Source: RFC 9110, 8.8.1.
 */
export function weakEtag(content: string): string {
  return `W/"${createHash('sha1').update(content).digest('base64url')}"`;
}

const ENTITY_TAG = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/**
 * Whether a client that sends this `If-None-Match` has the answer with this tag already. Express asks
 * `Cache-Control` too and then answers 200 to whoever sets the header in fetch(), which adds
 * `no-cache`; that directive is for caches on the way. Source: RFC 9110, 13.1.2.
 */
export function hasAlready(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = etag.replace(/^W\//, '');
  return [...ifNoneMatch.matchAll(ENTITY_TAG)].some(([, tag]) => tag === opaque);
}
