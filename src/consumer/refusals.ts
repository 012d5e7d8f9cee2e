import type { Rejection } from '../events/health-event.js';
import { textOf } from '../runtime/error-text.js';
import { sqlStateOf } from '../storage/sql-errors.js';

/** An event that fails so often, although the database takes others, becomes a dead letter. */
export const ATTEMPTS_AT_MOST = 5;
const MAX_DETAIL_CHARACTERS = 500;

/** PostgreSQL does not take the row for what it holds. */
export const storageRejection = (error: unknown): Rejection => ({
  reason: 'storage_rejected',
  detail: cut(`PostgreSQL refused the row (${sqlStateOf(error) ?? 'no code'}): ${textOf(error)}`),
});

/** This program fails on the event, ... */
export const despair = (error: unknown): Rejection => ({
  reason: 'too_many_attempts',
  detail: cut(`${String(ATTEMPTS_AT_MOST)} attempts to store it alone failed: ${textOf(error)}`),
});

/** ... or does not survive it. */
export const DEADLY: Rejection = {
  reason: 'too_many_attempts',
  detail: `${String(ATTEMPTS_AT_MOST)} attempts to store it alone were not finished: the process ended, it seems`,
};

const cut = (detail: string): string => detail.slice(0, MAX_DETAIL_CHARACTERS);
