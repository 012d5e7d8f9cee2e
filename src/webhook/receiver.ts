import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { textOf } from '../runtime/error-text.js';
import { withoutPasswords } from '../observability/log.js';
import { ReceiverAddress } from './receiver-address.js';

/** How long an attempt may take. */
export interface TimeLimits {
  /** Name, connection and TLS. */
  readonly connectMs: number;
  /** All of it, the answer's body included. */
  readonly wholeMs: number;
}

export const TIME_LIMITS: TimeLimits = { connectMs: 5_000, wholeMs: 10_000 };
/** The answer's body says nothing to us; of more than this the rest is cut off. */
const MAX_BODY_BYTES = 65_536;
const MAX_HEADER_BYTES = 16_384;
const MAX_ERROR_CHARACTERS = 300;

/** What became of one attempt; `error` is for people, and holds nothing of the URL's path. */
export type Outcome =
  { readonly kind: 'delivered' } | { readonly kind: 'failed'; readonly error: string };

const DELIVERED: Outcome = { kind: 'delivered' };
/** What is not text to PostgreSQL, or breaks a line: a certificate may hold anything. */
const NO_TEXT = /[\p{Cc}\p{Cs}]/gu;

const failed = (error: string): Outcome => ({
  kind: 'failed',
  error: withoutPasswords(error).slice(0, MAX_ERROR_CHARACTERS).replaceAll(NO_TEXT, ' '),
});

/**
 * The webhook's receiver. An attempt has a connection of its own, so that the address is looked at
 * each time; proxies of the environment are not used.
 */
export class Receiver {
  private readonly url: URL;
  private readonly address: ReceiverAddress;

  constructor(
    url: string,
    mayBePrivate: boolean,
    private readonly limits = TIME_LIMITS,
  ) {
    this.url = new URL(url);
    this.address = new ReceiverAddress(mayBePrivate);
  }

  /**
   * Posts once. Delivered is what is answered with 2xx; a redirect is not followed, for it could lead
   * anywhere. Never rejects, and resolves within the limits, or at once when the signal aborts.
   */
  async post(
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { connectMs, wholeMs } = this.limits;
    const abandoned = new AbortController();
    const abandon = (reason: string) => (): void => {
      abandoned.abort(new Error(reason));
    };
    const connecting = setTimeout(
      abandon(`no connection within ${String(connectMs)} ms`),
      connectMs,
    );
    const whole = setTimeout(abandon(`no answer within ${String(wholeMs)} ms`), wholeMs);
    const onStop = abandon('stopped before the answer came');
    if (signal.aborted) onStop();
    signal.addEventListener('abort', onStop);
    try {
      const response = await this.exchange(headers, body, abandoned.signal, () => {
        clearTimeout(connecting);
      });
      await drain(response);
      return outcomeOf(response.statusCode ?? 0);
    } catch (error) {
      return failed(textOf(abandoned.signal.aborted ? abandoned.signal.reason : error));
    } finally {
      clearTimeout(connecting);
      clearTimeout(whole);
      signal.removeEventListener('abort', onStop);
    }
  }

  /** Sends, and resolves with the head of the answer. */
  private async exchange(
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
    onConnected: () => void,
  ): Promise<IncomingMessage> {
    this.address.assertAllowed(this.url.hostname);
    const isTls = this.url.protocol === 'https:';
    return await new Promise((resolve, reject) => {
      const request = (isTls ? https : http).request(this.url, {
        method: 'POST',
        headers,
        agent: false,
        lookup: this.address.lookup,
        maxHeaderSize: MAX_HEADER_BYTES,
        signal,
      });
      request.once('socket', (socket) => {
        socket.once(isTls ? 'secureConnect' : 'connect', onConnected);
      });
      request.once('response', resolve);
      request.on('error', reject);
      request.once('close', () => {
        reject(new Error('the connection ended without an answer'));
      });
      request.end(body);
    });
  }
}

/** Reads the body away, up to a bound. How it ends does not matter: the status has been said. */
async function drain(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) response.destroy();
  });
  response.on('error', () => undefined);
  await new Promise((resolve) => response.once('close', resolve));
}

function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return DELIVERED;
  if (status >= 300 && status < 400) {
    return failed(`answered ${String(status)}; redirects are not followed`);
  }
  return failed(`answered ${String(status)}`);
}
