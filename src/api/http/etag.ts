import { createHash } from 'node:crypto';

/**
 * The tag of an answer whose meaning is all in `content`. Weak: answers with equal tags may differ
 * in what the tag leaves out. Source: RFC 9110, 8.8.1.
 */
export function weakEtag(content: unknown): string {
  return `W/"${createHash('sha1').update(JSON.stringify(content)).digest('base64url')}"`;
}
