import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { STATUSES } from '../../events/status-vocabulary.js';

type Extra = Pick<ApiPropertyOptions, 'description'>;

/** Fields of answers, as OpenAPI describes them. */
export const Text = (extra: Extra = {}): PropertyDecorator =>
  ApiProperty({ ...extra, type: String });
export const TextOrNull = (extra: Extra = {}): PropertyDecorator =>
  ApiProperty({ ...extra, type: String, nullable: true });
export const Flag = (extra: Extra = {}): PropertyDecorator =>
  ApiProperty({ ...extra, type: Boolean });
export const Count = (extra: Extra = {}): PropertyDecorator =>
  ApiProperty({ ...extra, type: 'integer', minimum: 0 });
export const CountOrNull = (extra: Extra = {}): PropertyDecorator =>
  ApiProperty({ ...extra, type: 'integer', minimum: 0, nullable: true });
export const Quantity = (extra: Extra = {}): PropertyDecorator =>
  ApiProperty({ ...extra, type: Number, minimum: 0 });
export const QuantityOrNull = (extra: Extra = {}): PropertyDecorator =>
  ApiProperty({ ...extra, type: Number, minimum: 0, nullable: true });
export const Time = (extra: Extra = {}): PropertyDecorator =>
  ApiProperty({ ...extra, type: String, format: 'date-time' });
export const TimeOrNull = (extra: Extra = {}): PropertyDecorator =>
  ApiProperty({ ...extra, type: String, format: 'date-time', nullable: true });
export const Uuid = (extra: Extra = {}): PropertyDecorator =>
  ApiProperty({ ...extra, type: String, format: 'uuid' });
export const UuidOrNull = (extra: Extra = {}): PropertyDecorator =>
  ApiProperty({ ...extra, type: String, format: 'uuid', nullable: true });
export const Word = (words: readonly string[], extra: Extra = {}): PropertyDecorator =>
  ApiProperty({ ...extra, type: String, enum: [...words] });
/** In OpenAPI 3.0 null must stand in the enumeration, too. */
export const WordOrNull = (words: readonly string[], extra: Extra = {}): PropertyDecorator =>
  ApiProperty({ ...extra, type: String, enum: [...words, null], nullable: true });
export const StatusWord = (extra: Extra = {}): PropertyDecorator => Word(STATUSES, extra);
/** Where the next page begins. */
export const NextCursor = (): PropertyDecorator =>
  TextOrNull({ description: 'The `cursor` of the next page; null at the end.' });
