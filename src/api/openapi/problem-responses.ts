import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import type { FieldError, Problem } from '../http/problem.js';

/** {@link FieldError} for OpenAPI. */
class FieldErrorModel implements FieldError {
  @ApiProperty({
    type: String,
    description: 'Parameter of query or path, header, field of the body, or `body`.',
  })
  readonly field!: string;
  @ApiProperty({ type: String }) readonly message!: string;
}

/** {@link Problem} for OpenAPI. */
class ProblemModel implements Problem {
  @ApiProperty({ type: String, enum: ['about:blank'] }) readonly type!: 'about:blank';
  @ApiProperty({ type: String }) readonly title!: string;
  @ApiProperty({ type: 'integer' }) readonly status!: number;
  @ApiProperty({ type: String }) readonly detail!: string;
  @ApiProperty({ type: String }) readonly instance!: string;
  @ApiProperty({ type: [FieldErrorModel], required: false }) readonly errors!: FieldErrorModel[];
}

/** When each status comes, the sentence it has, and the field it names. */
const PROBLEMS = {
  400: {
    when: 'A parameter or the body is not valid.',
    detail: 'the request is not valid',
    error: { field: 'limti', message: 'is not known here' },
  },
  401: {
    when: 'The service has a HEALTH_API_TOKEN, and the request does not show it.',
    detail: 'this route changes something: send Authorization: Bearer <HEALTH_API_TOKEN>',
    error: { field: 'Authorization' },
  },
  403: {
    when: 'The service has no HEALTH_API_TOKEN, and the request does not come from its own host.',
    detail:
      'without HEALTH_API_TOKEN only requests from this very host, to 127.0.0.1 or localhost and ' +
      'through no proxy, may change something: set HEALTH_API_TOKEN',
    error: { field: 'remote address' },
  },
  404: {
    when: 'What the path names does not exist.',
    detail: 'no service has this name',
    error: { field: 'name' },
  },
  415: {
    when: 'The body is not JSON.',
    detail: 'a body must be JSON: send Content-Type: application/json',
    error: { field: 'Content-Type' },
  },
  503: {
    when: 'The database (or, for the consumer, Redis) does not answer within 5 s; Retry-After says when to ask again.',
    detail: 'the database does not answer now; try again later',
    error: null,
  },
} as const;

type ProblemStatus = keyof typeof PROBLEMS;

/** A 404 that means something else than the service. */
interface NothingFound {
  readonly field: string;
  readonly detail: string;
}

/** The errors that a route answers. `instance`: path of the example. */
export const ApiProblems = (
  instance: string,
  ...statuses: readonly (ProblemStatus | NothingFound)[]
): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiExtraModels(ProblemModel),
    ...statuses.map((one) => {
      const status = typeof one === 'number' ? one : 404;
      const { detail, error } =
        typeof one === 'number' ? PROBLEMS[one] : { detail: one.detail, error: one };
      return ApiResponse({
        status,
        description: PROBLEMS[status].when,
        content: {
          'application/problem+json': {
            schema: { $ref: getSchemaPath(ProblemModel) },
            example: exampleOf(status, detail, error, instance),
          },
        },
      });
    }),
  );

function exampleOf(
  status: ProblemStatus,
  detail: string,
  error: { readonly field: string; readonly message?: string } | null,
  instance: string,
): Problem {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? '',
    status,
    detail,
    instance,
    ...(error === null
      ? {}
      : { errors: [{ field: error.field, message: error.message ?? detail }] }),
  };
}
