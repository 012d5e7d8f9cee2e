import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
  type ValidationArguments,
} from 'class-validator';
import { isoTimestampMs } from '../../events/iso-timestamp.js';
import { hasControlOrLoneSurrogate, isLongerThan } from '../../events/text.js';
import type { CursorCodec } from './cursor.js';

/** Digits alone: `1e3`, ` 5` and `+5` are numbers to JavaScript and mistakes to us. */
const WHOLE_NUMBER = /^\d{1,9}$/;

/** What a time may lie between, in milliseconds since 1970: the years 1 to 9999. */
const FIRST_MOMENT_MS = -62_135_596_800_000;
const LAST_MOMENT_MS = 253_402_300_799_999;

const isGiven = (_: object, value: unknown): boolean => value !== null;

const isMoment = (value: unknown): value is number =>
  typeof value === 'number' && value >= FIRST_MOMENT_MS && value <= LAST_MOMENT_MS;

/** How many items a page holds at most. The property's initial value is the default. */
export function PageLimit(maximum: number, byDefault: number): PropertyDecorator {
  const wrong = { message: `must be a whole number from 1 to ${String(maximum)}` };
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && WHOLE_NUMBER.test(value) ? Number(value) : value,
    ),
    IsInt(wrong),
    Min(1, wrong),
    Max(maximum, wrong),
    ApiPropertyOptional({
      type: 'integer',
      minimum: 1,
      maximum,
      default: byDefault,
      description: 'Items per page at most.',
    }),
  );
}

/** Where a page begins: text in the request, a place in the property; null for the first page. */
export function PageCursor<Place extends object>(codec: CursorCodec<Place>): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? (codec.decode(value) ?? value) : String(value),
    ),
    ValidateBy({
      name: 'isCursor',
      validator: {
        validate: (value: unknown) => typeof value === 'object',
        defaultMessage: () => 'must be the next_cursor of an earlier page of this list',
      },
    }),
    ApiPropertyOptional({ type: String, description: '`next_cursor` of the page before.' }),
  );
}

/** A moment: ISO-8601 in the request, milliseconds since 1970 in the property; null for no bound. */
function Moment(description: string): PropertyDecorator {
  return applyDecorators(
    ValidateIf(isGiven),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? (isoTimestampMs(value) ?? value) : String(value),
    ),
    ValidateBy({
      name: 'isMoment',
      validator: {
        validate: isMoment,
        defaultMessage: () =>
          'must be one ISO-8601 time, such as 2026-01-31T08:00:00Z (write + as %2B)',
      },
    }),
    ApiPropertyOptional({ type: String, format: 'date-time', description }),
  );
}

/** Begin of a range, which belongs to it. */
export const RangeFrom = (): PropertyDecorator => Moment('From this moment on.');

/** End of the range that the class's `from` begins; it does not belong to it. */
export const RangeTo = (): PropertyDecorator =>
  applyDecorators(
    ValidateBy({
      name: 'isAfterFrom',
      validator: {
        validate: (value: unknown, context?: ValidationArguments) => {
          const from: unknown = Reflect.get(context?.object ?? {}, 'from');
          return !isMoment(value) || !isMoment(from) || from < value;
        },
        defaultMessage: () => 'must be after from',
      },
    }),
    Moment('Before this moment.'),
  );

/** One of some words; null for any. */
export const OneOf = (words: readonly string[], description: string): PropertyDecorator =>
  applyDecorators(
    ValidateIf(isGiven),
    IsIn(words, { message: `must be one of ${words.join(', ')}` }),
    ApiPropertyOptional({ type: String, enum: [...words], description }),
  );

/** `true` or `false`; null where it is not given. */
export const YesOrNo = (description: string): PropertyDecorator =>
  applyDecorators(
    ValidateIf(isGiven),
    Transform(({ value }: { value: unknown }) =>
      value === 'true' ? true : value === 'false' ? false : String(value),
    ),
    IsBoolean({ message: 'must be true or false' }),
    ApiPropertyOptional({ type: String, enum: ['true', 'false'], description }),
  );

/** Text of bounded length; null where it is not given. */
export const BoundedText = (maxCharacters: number, description: string): PropertyDecorator =>
  applyDecorators(
    ValidateIf(isGiven),
    ValidateBy({
      name: 'isBoundedText',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' &&
          !isLongerThan(value, maxCharacters) &&
          !hasControlOrLoneSurrogate(value),
        defaultMessage: () =>
          `must be one text of at most ${String(maxCharacters)} characters, none of them a control character`,
      },
    }),
    ApiPropertyOptional({ type: String, maxLength: maxCharacters, description }),
  );
