import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { JournalUnavailableError } from '../../journal/journal-group.js';
import { DatabaseUnavailableError } from '../../storage/database-unavailable.js';

/** What is wrong with one field of a request. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** The body of every error answer. Source: RFC 9457. */
export interface Problem {
  /** `about:blank`: the problem is what its status says; the title is the status's own phrase. */
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Path of the request, percent-encoded. */
  readonly instance: string;
  /** For an error of the client one per field that is wrong: of the query, path, header or body. */
  readonly errors?: readonly FieldError[];
}

/** A request that cannot be answered as it stands; each wrong field is named. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';

  constructor(readonly errors: readonly FieldError[]) {
    super(errors.map(({ field, message }) => `${field} ${message}`).join('; '));
  }
}

/** What a part of the path names does not exist. */
export class NoSuchResourceError extends Error {
  override readonly name = 'NoSuchResourceError';

  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** The route exists, but not with this method. */
export class WrongMethodError extends Error {
  override readonly name = 'WrongMethodError';

  constructor(readonly allowed: readonly string[]) {
    super(`this route answers ${allowed.join(', ')}`);
  }
}

/** The route changes something, and the request does not show that it may. */
export class NotAuthenticatedError extends Error {
  override readonly name = 'NotAuthenticatedError';

  constructor(readonly hasToken: boolean) {
    super(
      hasToken
        ? 'the bearer token is not HEALTH_API_TOKEN of this service'
        : 'this route changes something: send Authorization: Bearer <HEALTH_API_TOKEN>',
    );
  }
}

/** The route changes something, and without a token only this host may. */
export class NotLocalError extends Error {
  override readonly name = 'NotLocalError';

  constructor(readonly field: string) {
    super(
      'without HEALTH_API_TOKEN only requests from this very host, to 127.0.0.1 or localhost and ' +
        'through no proxy, may change something: set HEALTH_API_TOKEN',
    );
  }
}

/** The body is something else than JSON. */
export class WrongMediaTypeError extends Error {
  override readonly name = 'WrongMediaTypeError';

  constructor() {
    super('a body must be JSON: send Content-Type: application/json');
  }
}

/** Part of an error of Express or its middleware that is meant for the client. Source: http-errors. */
interface ClientError {
  readonly statusCode: number;
  readonly expose: true;
  readonly message: string;
}

const isClientError = (error: unknown): error is ClientError =>
  error instanceof Error &&
  'expose' in error &&
  error.expose === true &&
  'statusCode' in error &&
  typeof error.statusCode === 'number' &&
  error.statusCode >= 400 &&
  error.statusCode < 500;

/** The answer to an error. Nothing of an error that was not foreseen leaves the process. */
export function problemOf(error: unknown, path: string): Problem {
  if (error instanceof InvalidInputError) {
    return { ...problem(400, 'the request is not valid', path), errors: error.errors };
  }
  if (error instanceof NotAuthenticatedError) {
    return refusal(401, 'Authorization', error.message, path);
  }
  if (error instanceof NotLocalError) return refusal(403, error.field, error.message, path);
  if (error instanceof NoSuchResourceError) return refusal(404, error.field, error.message, path);
  if (error instanceof WrongMethodError) return refusal(405, 'method', error.message, path);
  if (error instanceof WrongMediaTypeError) {
    return refusal(415, 'Content-Type', error.message, path);
  }
  if (error instanceof DatabaseUnavailableError) {
    return problem(503, 'the database does not answer now; try again later', path);
  }
  if (error instanceof JournalUnavailableError) {
    return problem(503, 'Redis does not answer now; try again later', path);
  }
  if (error instanceof HttpException) {
    const status = error.getStatus();
    if (status === 404) return refusal(404, 'path', 'there is no such route', path);
    if (status === 400) {
      const field = error.message.startsWith(UNDECODABLE_PATH) ? 'path' : 'body';
      return refusal(400, field, `the ${field} is malformed and cannot be read`, path);
    }
    if (status < 500) return problem(status, error.message, path);
  }
  if (isClientError(error)) return refusal(error.statusCode, 'body', bodyProblem(error), path);
  return problem(500, 'the server failed to answer; its log says why', path);
}

/** How the router's error begins that Nest hands on. Source: router 2, lib/layer.js. */
const UNDECODABLE_PATH = 'Failed to decode param';

/** In our words, where the parser's may repeat what was sent. */
const bodyProblem = ({ statusCode, message }: ClientError): string =>
  statusCode === 413 ? 'the body is larger than this service takes' : message;

const problem = (status: number, detail: string, path: string): Problem => ({
  type: 'about:blank',
  title: STATUS_CODES[status] ?? 'Error',
  status,
  detail,
  instance: path,
});

const refusal = (status: number, field: string, detail: string, path: string): Problem => ({
  ...problem(status, detail, path),
  errors: [{ field, message: detail }],
});
