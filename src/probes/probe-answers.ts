import { applyDecorators } from '@nestjs/common';
import { ApiResponse, type ApiResponseOptions } from '@nestjs/swagger';
import { HealthCheck } from '@nestjs/terminus';

type SchemaObject = Exclude<
  NonNullable<
    NonNullable<Extract<ApiResponseOptions, { content?: unknown }>['content']>[string]['schema']
  >,
  { $ref: string }
>;

type Parts = Readonly<
  Record<string, { readonly status: string; readonly [field: string]: unknown }>
>;

const PARTS = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    required: ['status'],
    properties: { status: { type: 'string', enum: ['up', 'degraded', 'down'] } },
    additionalProperties: true,
  },
} satisfies SchemaObject;

const SCHEMA = {
  type: 'object',
  required: ['status', 'info', 'error', 'details'],
  properties: {
    status: { type: 'string', enum: ['ok', 'degraded', 'error', 'shutting_down'] },
    info: { ...PARTS, description: 'Parts that are well.' },
    error: { ...PARTS, description: 'Parts that are not, each with the reason.' },
    details: { ...PARTS, description: 'All parts.' },
  },
} satisfies SchemaObject;

/** A probe in Terminus's format. `well`, `failed`: parts of the examples. */
export const ProbeAnswers = (well: Parts, failed: Parts): MethodDecorator =>
  applyDecorators(
    HealthCheck({ noCache: true, swaggerDocumentation: false }),
    ApiResponse(
      answer(200, 'All is well.', { status: 'ok', info: well, error: {}, details: well }),
    ),
    ApiResponse(
      answer(503, 'A part is not well.', {
        status: 'error',
        info: {},
        error: failed,
        details: failed,
      }),
    ),
  );

const answer = (status: number, description: string, example: object): ApiResponseOptions => ({
  status,
  description,
  content: { 'application/json': { schema: SCHEMA, example } },
});
