import type { Rejection, RejectionReason } from './health-event.js';
import { printable } from './text.js';

/** Enough to recognise a value in a detail, little enough that a detail stays under 300 characters. */
const SHOWN_CHARACTERS = 60;

export function rejection(reason: RejectionReason, detail: string): Rejection {
  return { reason, detail };
}

/** An `invalid_field` that says what the field must be and what was sent. */
export function invalidField(field: string, rule: string, value: unknown): Rejection {
  return { reason: 'invalid_field', detail: `${field} must be ${rule}; got ${shown(value)}` };
}

/** Tells a rejection from the value that a step of decoding gives where all is well. */
export function isRejection(result: unknown): result is Rejection {
  return typeof result === 'object' && result !== null && 'reason' in result;
}

/** A JSON value named in at most some 70 printable characters. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${printable(value, SHOWN_CHARACTERS)}"`;
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
