import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, Max, Min } from 'class-validator';
import { MAX_CONCURRENCY } from '../../config/environment.js';
import type { PauseScope } from '../../consumer/pausing.js';

const SCOPES: readonly PauseScope[] = ['group', 'instance'];

export class PauseQuery {
  @IsIn(SCOPES, { message: `must be one of ${SCOPES.join(', ')}` })
  @ApiPropertyOptional({
    type: String,
    enum: SCOPES,
    default: 'group',
    description: 'All instances of the consumer group, or the one that is asked.',
  })
  scope: PauseScope = 'group';
}

const wrongConcurrency = { message: `must be a whole number from 1 to ${String(MAX_CONCURRENCY)}` };

export class ConsumerSettings {
  @IsInt(wrongConcurrency)
  @Min(1, wrongConcurrency)
  @Max(MAX_CONCURRENCY, wrongConcurrency)
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MAX_CONCURRENCY,
    description: 'Batches in flight at most.',
    example: 2,
  })
  concurrency!: number;
}
