import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, Max, Min, ValidateBy } from 'class-validator';
import type { CursorCodec } from './cursor.js';

/** Digits alone: `1e3`, ` 5` and `+5` are numbers to JavaScript and mistakes to us. */
const WHOLE_NUMBER = /^\d{1,9}$/;

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
