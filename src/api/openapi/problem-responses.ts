import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import type { FieldError, Problem } from '../http/problem.js';

/** {@link FieldError} for OpenAPI. */
export class FieldErrorModel implements FieldError {
  @ApiProperty({ type: String }) readonly field!: string;
  @ApiProperty({ type: String }) readonly message!: string;
}

/** {@link Problem} for OpenAPI. */
export class ProblemModel implements Problem {
  @ApiProperty({ type: String, enum: ['about:blank'] }) readonly type!: 'about:blank';
  @ApiProperty({ type: String }) readonly title!: string;
  @ApiProperty({ type: 'integer' }) readonly status!: number;
  @ApiProperty({ type: String }) readonly detail!: string;
  @ApiProperty({ type: String }) readonly instance!: string;
  @ApiProperty({ type: [FieldErrorModel], required: false }) readonly errors!: FieldErrorModel[];
}

/** The errors that a route answers. */
export const ApiProblems = (...statuses: readonly number[]): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiExtraModels(ProblemModel),
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: STATUS_CODES[status] ?? '',
        content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemModel) } } },
      }),
    ),
  );
