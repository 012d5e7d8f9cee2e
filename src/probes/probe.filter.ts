import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpStatus,
  ServiceUnavailableException,
} from '@nestjs/common';
import type { HealthCheckResult } from '@nestjs/terminus';
import type { Response } from 'express';

/**
 * Answers a failed probe in Terminus's own words. A check without a failed part fails only because
 * Terminus knows of a shutdown; that is readiness's concern, where it is a part of its own, and must
 * not have a draining process taken for a dead one.
 */
@Catch(ServiceUnavailableException)
export class ProbeFilter implements ExceptionFilter<ServiceUnavailableException> {
  catch(exception: ServiceUnavailableException, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const result = exception.getResponse() as HealthCheckResult;
    const hasFailed = Object.keys(result.error ?? {}).length > 0;
    response.status(hasFailed ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK).json(result);
  }
}
