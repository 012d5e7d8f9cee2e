import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { DatabaseUnavailableError } from '../../storage/database.js';

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
  /** For invalid input, one per wrong field. */
  readonly errors?: readonly FieldError[];
}

/** A request that cannot be answered as it stands; each wrong field is named. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';

  constructor(readonly errors: readonly FieldError[]) {
    super(errors.map(({ field, message }) => `${field} ${message}`).join('; '));
  }
}

/** What the request names does not exist; the message says what that is. */
export class NoSuchResourceError extends Error {
  override readonly name = 'NoSuchResourceError';
}

/** The route exists, but not with this method. */
export class WrongMethodError extends Error {
  override readonly name = 'WrongMethodError';

  constructor(readonly allowed: readonly string[]) {
    super(`this route answers ${allowed.join(', ')}`);
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
  if (error instanceof NoSuchResourceError) return problem(404, error.message, path);
  if (error instanceof WrongMethodError) return problem(405, error.message, path);
  if (error instanceof DatabaseUnavailableError) {
    return problem(503, 'the database does not answer now; try again later', path);
  }
  if (error instanceof HttpException) {
    const status = error.getStatus();
    if (status === 404) return problem(404, 'there is no such route', path);
    if (status < 500) return problem(status, error.message, path);
  }
  if (isClientError(error)) return problem(error.statusCode, error.message, path);
  return problem(500, 'the server failed to answer; its log says why', path);
}

const problem = (status: number, detail: string, path: string): Problem => ({
  type: 'about:blank',
  title: STATUS_CODES[status] ?? 'Error',
  status,
  detail,
  instance: path,
});
