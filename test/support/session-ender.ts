import type { TcpProxy } from './tcp-proxy.js';

/** BackendKeyData, which a session is told at its begin only. Source: PostgreSQL, 53.7 "Message Formats". */
const KEY = Buffer.from('K\0\0\0\x0c', 'latin1');
const KEY_BYTES = 13;
/** ReadyForQuery of an idle session. */
const READY = Buffer.from('Z\0\0\0\x05I', 'latin1');
const FIELDS = 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0';
/** ErrorResponse, as a session that is ended gets it; its length counts itself. */
const ENDED = Buffer.from(`E\0\0\0${String.fromCharCode(4 + FIELDS.length)}${FIELDS}`, 'latin1');

function saysThatItBegins(bytes: Buffer): boolean {
  const [key, ready] = [bytes.subarray(-KEY_BYTES - READY.length), bytes.subarray(-READY.length)];
  return key.subarray(0, KEY.length).equals(KEY) && ready.equals(READY);
}

/** Ends the next sessions that begin at PostgreSQL, in the very packet that says they are ready. */
export function endNewSessions(proxy: TcpProxy, count: number): void {
  proxy.endAfterReplies(saysThatItBegins, ENDED, count);
}
