import { createHmac } from 'node:crypto';

/**
 * Headers that sign a request: HMAC-SHA256 over id, time of the attempt and body, by the secret's
 * bytes. Source: Standard Webhooks 1.0, «Signature scheme» (standardwebhooks.com).
 *
 * @param secret `whsec_` and base64.
 */
export function signatureHeaders(
  secret: string,
  id: string,
  timestampSeconds: number,
  body: string,
): Record<string, string> {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const timestamp = String(timestampSeconds);
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
