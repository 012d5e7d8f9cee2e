import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  Injectable,
  NotFoundException,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Request, Response } from 'express';
import { Log } from '../../observability/log.js';
import { allowedMethods } from './allowed-methods.js';
import { NotAuthenticatedError, problemOf, WrongMethodError } from './problem.js';

/** An outage is tried to be mended at least this often; an earlier retry gains nothing. */
const RETRY_AFTER_SECONDS = 3;

/** Turns every error of an HTTP request into `application/problem+json`. */
@Injectable()
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly log: Log,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const cause = this.withMethods(error, request);
    const problem = problemOf(cause, instanceOf(request));
    if (problem.status >= 500 && problem.status !== 503) {
      this.log.error({ error, method: request.method, path: problem.instance }, 'api.failed');
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.removeHeader('ETag');
    if (problem.status === 503) response.setHeader('Retry-After', String(RETRY_AFTER_SECONDS));
    if (cause instanceof WrongMethodError) response.setHeader('Allow', cause.allowed.join(', '));
    if (cause instanceof NotAuthenticatedError) {
      response.setHeader('WWW-Authenticate', challenge(cause));
    }
    response.status(problem.status).setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
    response.end(JSON.stringify(problem));
  }

  /** Only the router throws Nest's own exception; our controllers name what is missing. */
  private withMethods(error: unknown, request: Request): unknown {
    if (!(error instanceof NotFoundException)) return error;
    const allowed = allowedMethods(this.adapter.httpAdapter.getInstance(), request.path);
    const isWrong = allowed.length > 0 && !allowed.includes(request.method);
    return isWrong ? new WrongMethodError(allowed) : error;
  }
}

/** Source: RFC 6750, 3. */
const challenge = ({ hasToken }: NotAuthenticatedError): string =>
  `Bearer realm="health-monitor"${hasToken ? ', error="invalid_token"' : ''}`;

/** What a path must not hold as it is, a percent sign that encodes nothing among it. Source: RFC 3986. */
const TO_ENCODE = /%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/g;

/** The path as a URI reference: what the client did not encode is encoded, the query left out. */
function instanceOf(request: Request): string {
  const path = request.originalUrl.split('?', 1)[0] ?? '/';
  return path.replaceAll(TO_ENCODE, encodeURIComponent);
}
