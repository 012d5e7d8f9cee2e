import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Matches, ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';
import type { UptimeWindow } from '../../status/uptime-read-model.js';
import { RangeFrom, RangeTo } from '../paging/query-fields.js';

const LENGTH = /^[1-9]\d{0,3}[smhd]$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const DEFAULT_LENGTH = '24h';

/** `90s`, `15m`, `24h`, `7d`; null where it is not given. */
const WindowLength = (): PropertyDecorator =>
  applyDecorators(
    ValidateBy({
      name: 'isNeeded',
      validator: {
        validate: (value: unknown, context?: ValidationArguments) => {
          const { from, to } = context?.object as UptimeQuery;
          return value === null || from === null || to === null;
        },
        defaultMessage: () => 'must not be given together with both from and to',
      },
    }),
    ValidateIf((_: object, value: unknown) => value !== null),
    Matches(LENGTH, { message: 'must be a whole number from 1 to 9999 and s, m, h or d: 24h' }),
    ApiPropertyOptional({
      type: String,
      pattern: LENGTH.source,
      default: DEFAULT_LENGTH,
      description:
        'Length of the window in seconds, minutes, hours or days. It begins at `from`, or ends at ' +
        '`to`, or now.',
    }),
  );

/** No earlier than 1970: microseconds since then are exact. */
const NotBefore1970 = (): PropertyDecorator =>
  ValidateBy({
    name: 'isNotBefore1970',
    validator: {
      validate: (value: unknown) => typeof value !== 'number' || value >= 0,
      defaultMessage: () => 'must not be before 1970',
    },
  });

/** Two of the three at most say which window is meant. */
export class UptimeQuery {
  @WindowLength()
  window: string | null = null;

  @NotBefore1970()
  @RangeFrom()
  from: number | null = null;

  @NotBefore1970()
  @RangeTo()
  to: number | null = null;
}

/** The window that a query means at a moment; it may reach into the future. */
export function windowOf({ window, from, to }: UptimeQuery, nowMs: number): UptimeWindow {
  if (from === null) {
    const end = to ?? nowMs;
    return { from: end - lengthMs(window ?? DEFAULT_LENGTH), to: end };
  }
  return { from, to: to ?? (window === null ? nowMs : from + lengthMs(window)) };
}

const lengthMs = (window: string): number =>
  Number(window.slice(0, -1)) * (UNIT_MS[window.slice(-1)] ?? 0);
