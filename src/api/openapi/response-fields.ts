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
export const StatusWord = (): PropertyDecorator => ApiProperty({ enum: STATUSES });
