import { isUuid } from '../../events/uuid.js';

/** Microseconds since 1970 that PostgreSQL takes for a time. */
export const isMicros = (value: unknown): value is number => Number.isSafeInteger(value);

/** A row's number as text; of no more digits than a bigint is sure to hold. */
export const isRowId = (value: unknown): value is string =>
  typeof value === 'string' && /^[1-9]\d{0,17}$/.test(value);

export const isMessageId = (value: unknown): value is string =>
  typeof value === 'string' && isUuid(value);
