import { textOf } from '../../runtime/error-text.js';

/** What is found, and what to do about it. */
export type Finding = readonly [found: string, whatToDo: string];

/** Codes of the operating system and of the drivers, by what they mean for a connection. */
const NOTHING_LISTENS = ['ECONNREFUSED', 'ECONNRESET'];
const NO_SUCH_HOST = ['ENOTFOUND', 'EAI_AGAIN'];
const NO_WAY = ['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EPERM', 'EACCES'];

/** Why a service could not be spoken to at all; null where the error tells of something else. */
export function connectionTrouble(
  error: unknown,
  host: string,
  service: string,
  variable: string,
): Finding | null {
  const code = codeOf(error);
  const text = textOf(error);
  if (NOTHING_LISTENS.includes(code)) {
    return [`nothing that listens at ${host}`, `start ${service} there, or correct ${variable}`];
  }
  if (NO_SUCH_HOST.includes(code)) {
    return [`no host of the name in ${host}`, `correct ${variable}, or the name service`];
  }
  if (NO_WAY.includes(code) || /timed? ?out|timeout/i.test(text)) {
    return [
      `no answer from ${host} in time`,
      `let this host through to ${service}, or correct ${variable}`,
    ];
  }
  if (/certificate|SSL|TLS/i.test(`${code} ${text}`)) {
    return [
      `no agreement on TLS: ${text}`,
      `correct ${variable}, or give the authority in NODE_EXTRA_CA_CERTS`,
    ];
  }
  return null;
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
  return typeof code === 'string' ? code : '';
}
